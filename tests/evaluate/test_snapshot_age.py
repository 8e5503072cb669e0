"""Snapshots that are older than the policy allows are unknown; without a limit, reports mention old ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from acctgate.evaluate.compare import diff_policies, diff_snapshots
from acctgate.evaluate.snapshot_age import age_notice
from acctgate.fix.propose import propose
from acctgate.fix.targets import TARGETS
from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, load_preset
from acctgate.render.diff import render_diff
from tests.support import NOW, judge, written_policy
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


@pytest.mark.parametrize(
    ("taken_at", "notice"),
    [
        ("2026-11-15T12:00:00Z", None),
        ("2026-11-15T11:59:59Z", "the snapshot is 7 days old"),
        ("2021-06-17T00:00:00+08:00", "the snapshot is 1,984 days old"),
        ("2026-11-14", "the snapshot is 8 days old"),
        ("0001-01-01T00:00:00+14:00", "days old"),
        ("9999-12-31T23:59:59-12:00", "taken_at is in the future"),
        ("2026-11-22T12:16:00", "taken_at is in the future"),
        ("last week", "taken_at: not a time"),
        (None, None),
    ],
)
def test_an_old_snapshot_is_mentioned_where_nothing_limits_it(taken_at: str | None, notice: str | None) -> None:
    report = judge({**GOOD, "taken_at": taken_at}, load_preset("strict"))
    assert report.verdict == "pass"
    assert (report.age_notice is None) if notice is None else (notice in str(report.age_notice))


def test_what_is_limited_or_read_by_the_stack_is_not_mentioned(tmp_path: Path) -> None:
    old = Snapshot.from_document({**GOOD, "taken_at": "2020-01-01T00:00:00Z"})
    assert age_notice(old, written_policy(tmp_path / "p.yaml", POLICY), NOW) is None
    assert age_notice(replace(old, read_as=ReadAs("stack")), load_preset("strict"), NOW) is None


def _limited(hours: float) -> Policy:
    return replace(load_preset("strict"), max_age_hours=hours)


def test_a_comparison_limits_the_age_of_its_second_side() -> None:
    """If age made both sides unknown, nothing would be newly unknown, and the comparison would pass."""
    monday = Snapshot.from_document({**GOOD, "account_id": "1", "taken_at": "2026-11-16T12:00:00Z"})
    today = Snapshot.from_document({**GOOD, "account_id": "1", "taken_at": "2026-11-22T12:00:00Z"})
    assert not diff_snapshots([monday], [today], _limited(24), NOW).flips("newly-unknown")
    assert diff_snapshots([today], [monday], _limited(24), NOW).flips("newly-unknown")
    assert diff_snapshots([monday], [monday], _limited(24), NOW, planned=[]).flips("newly-unknown")
    assert diff_policies(_limited(24), _limited(24), [monday], NOW).flips("newly-unknown")


def test_diff_and_fix_mention_an_old_snapshot() -> None:
    old = Snapshot.from_document({**GOOD, "account_id": "1", "taken_at": "2026-11-01T12:00:00Z"})
    found = diff_snapshots([old], [old], load_preset("strict"), NOW)
    for form in ("text", "json", "markdown"):
        assert "the snapshot is 21 days old" in render_diff(found, form)
    fix = TARGETS["terraform"].render(propose(old, load_preset("strict"), NOW))
    assert fix.startswith("# Old snapshot: the snapshot is 21 days old. Read the account again.\n")
    assert "the snapshot is 21 days old; allowed: 1 hour" in " ".join(
        TARGETS["terraform"].render(propose(old, _limited(1), NOW)).replace("#", "").split()
    )
