"""What holds for any input, not only for the examples."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.policy import PolicyError, load_policy, load_preset
from acctgate.rules import RULES
from acctgate.rules.base import SettingRule
from acctgate.sources import SourceError
from acctgate.sources.responses import read_responses
from acctgate.sources.snapshots import read_snapshots
from tests.support import NOW, judge, outcomes_of
from tests.support.accounts import GOOD
from tests.support.strategies import JSON, RAW, SCALARS, SETTINGS

# Readers


@SETTINGS
@given(raw=RAW)
def test_readers_raise_nothing_but_their_own_errors(tmp_path: Path, raw: bytes) -> None:
    (file := tmp_path / "input").write_bytes(raw)
    try:
        read_responses([str(file)])
    except SourceError as error:
        assert str(error).isprintable()
    for snapshot in read_snapshots([str(file)]):
        assert snapshot.unreadable is None or snapshot.unreadable.isprintable()


@SETTINGS
@given(raw=RAW)
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_the_policy_reader_raises_nothing_but_its_own_error(tmp_path: Path, suffix: str, raw: bytes) -> None:
    (file := tmp_path / f"policy.{suffix}").write_bytes(raw)
    try:
        load_policy(file)
    except PolicyError as error:
        assert str(error).isprintable() and len(str(error)) < 1000


@SETTINGS
@given(document=JSON | JSON.map(lambda value: {"version": 1, "SecurityPreference": value}))
def test_a_snapshot_is_judged_or_refused(document: Any) -> None:
    try:
        snapshot = Snapshot.from_document(document)
    except SnapshotError as error:
        assert str(error).isprintable()
        return
    report = judge(snapshot.document, load_preset("strict"))
    assert {outcome.rule for outcome in report.outcomes} == {rule.id for rule in RULES}
    json.dumps([outcome.actual for outcome in report.outcomes])


# Values


_PATHS = sorted({path for rule in RULES if isinstance(rule, SettingRule) for path in rule.paths}) + [
    ("CompliancePackReports", 0, key) for key in ("ReportStatus", "ReportCreateTimestamp", "CompliancePackId")
]
_PACK = {
    "CompliancePackId": "cp-1",
    "ReportStatus": "COMPLETE",
    "ReportCreateTimestamp": int(NOW.timestamp() * 1000),
}


@SETTINGS
@given(value=JSON, path=st.sampled_from(_PATHS))
def test_a_value_that_the_model_refuses_never_passes(value: Any, path: tuple[str | int, ...]) -> None:
    document: dict[str, Any] = deepcopy({**GOOD, "CompliancePackReports": [_PACK]})
    place: Any = document
    for key in path[:-1]:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    place[path[-1]] = value
    refused = path in Snapshot.from_document(document).problems or bool(
        [known for known in Snapshot.from_document(document).problems if known[: len(path)] == path]
    )
    report = judge(document, load_preset("strict"))
    reading = [rule.id for rule in RULES if isinstance(rule, SettingRule) and path in rule.paths]
    reading = reading or (["compliance-report"] if path[-1] != "CompliancePackId" else [])
    first = {rule.id: rule.paths[0] for rule in RULES if isinstance(rule, SettingRule)}
    for rule in reading:
        (outcome,) = outcomes_of(report, rule)
        if outcome.level == "disabled":
            continue
        if refused and not (rule == "login-mfa" and path != first[rule]):  # the newer setting is there and wins
            assert outcome.outcome == "unknown", (path, value, outcome)


@SETTINGS
@given(first=SCALARS, second=SCALARS)
def test_what_is_kept_of_one_account_does_not_colour_the_next(first: Any, second: Any) -> None:
    """A judgement is cached by the values that it was made from; to Python 1, 1.0 and true are equal."""

    def account(value: Any) -> Snapshot:
        keys = ("LoginSessionDuration", "EnableSaveMFATicket", "LoginNetworkMasks", "MFAOperationForLogin")
        return Snapshot.from_document(
            {"version": 1, "SecurityPreference": {"LoginProfilePreference": dict.fromkeys(keys, value)}}
        )

    policy = load_preset("strict")
    together = list(evaluate([account(first), account(second)], policy, NOW))
    alone = [next(iter(evaluate([account(value)], policy, NOW))) for value in (first, second)]
    for one, other in zip(together, alone, strict=True):
        assert [(o.outcome, repr(o.actual)) for o in one.outcomes] == [
            (o.outcome, repr(o.actual)) for o in other.outcomes
        ]
