"""Snapshots that are older than the policy allows are unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import judge, written_policy
from tests.support.accounts import GOOD

POLICY = "version: 1\nmax_age_hours: 24\nrules: {root-mfa: , session-duration: {max_hours: 24}}\n"


@pytest.mark.parametrize(
    ("taken_at", "reason"),
    [
        ("2026-11-22T11:00:00Z", None),
        ("2026-11-22T12:10:00Z", None),  # a clock that is a little ahead
        ("2026-11-21T11:00:00Z", "25 hours old"),
        ("2026-11-22T13:00:00Z", "in the future"),
        ("yesterday", "not a time"),
        (None, "not known when"),
    ],
)
def test_an_old_snapshot_is_unknown(tmp_path: Path, taken_at: str | None, reason: str | None) -> None:
    policy = written_policy(tmp_path / "policy.yaml", POLICY)
    report = judge({**GOOD, "taken_at": taken_at}, policy)
    assert report.verdict == ("unknown" if reason else "pass")
    for outcome in report.outcomes:
        if outcome.level == "mandatory" and reason:
            assert outcome.outcome == "unknown" and reason in outcome.message
