"""Plans laid over accounts: tests/plans/<tool>/*.yaml says what comes of the plans beside it. Add files, get tests.

`x.yaml` is about x.json, x.preview.json and x.plan.json. It has a list of cases. Each begins with an account that
complies with the policy below; `live` is what it has otherwise (null: not in the answer), `denied` takes its whole
section away. Where there are `snapshots`, each has its own `id`, `live` and `denied`, and `expect` is keyed by
account. A rule that `expect` does not name must pass or be skipped. `refused` is what the reader must say instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan
from acctgate.policy import Policy
from acctgate.sources import SourceError
from tests.support import DENIED, HERE, NOW, examples, name_of, outcomes_of, read_yaml, written_policy
from tests.support.accounts import GOOD
from tests.support.chinese import english_in

RULES: Final = {
    "login-mfa": {"require": "mandatory"},
    "session-duration": {"max_hours": 8},
    "network-masks": {"within": ["10.0.0.0/8"]},
    "manage-access-keys": {"allow": False},
    "security-score": {"minimum": 60},
    "dead-setting": {},
    "login-lockout": {"keep_reachable": ["10.1.2.0/24"]},
}
_GROUPS: Final = {key.api: key.group for key in PREFERENCE_KEYS} | {"EnforceMFAForLogin": "LoginProfilePreference"}


def _examples(suffix: str) -> list[Path]:
    return [*examples("plans/pulumi", suffix), *examples("plans/terraform", suffix)]


def _plans(cases: Path) -> list[Path]:
    return [file for end in ("", ".preview", ".plan") if (file := cases.with_suffix(f"{end}.json")).exists()]


def _parameters() -> list[Any]:
    return [
        pytest.param(plan, case, id=f"{name_of(plan)}-{case['name']}".replace(" ", "-"))
        for cases in _examples(".yaml")
        for case in read_yaml(cases)
        for plan in _plans(cases)
        if case.get("only", "") in plan.name
    ]


@pytest.mark.parametrize(("plan", "case"), _parameters())
def test_plan(plan: Path, case: dict[str, Any], tmp_path: Path) -> None:
    assert case.keys() <= {"name", "only", "live", "denied", "id", "snapshots", "accounts", "expect", "refused"}
    if "refused" in case:
        with pytest.raises(SourceError) as refusal:
            read_plan(str(plan))
        assert str(refusal.value).startswith(f"{plan}: ") and case["refused"] in str(refusal.value)
        return
    given = case.get("snapshots") or [{key: case[key] for key in ("live", "denied", "id") if key in case}]
    policy = _policy(tmp_path, case.get("accounts", {}))

    after = after_deploy([_snapshot(each) for each in given], read_plan(str(plan)), policy.accounts)
    reports = list(evaluate(after, policy, NOW))

    assert {english_in(outcome.message) for report in reports for outcome in report.outcomes} == {None}
    if "snapshots" in case:
        assert list(dict.fromkeys(report.account for report in reports)) == list(case["expect"])
        for report in reports:
            _hold(report, case["expect"][report.account])
    else:
        (report,) = reports
        _hold(report, case["expect"])


def _hold(report: AccountReport, expect: Any) -> None:
    if expect == "unread":  # judged by the plan alone: nothing else is known
        assert report.verdict != "pass"
        assert "was not read" in outcomes_of(report, "security-score")[0].message
        return
    found = {outcome.rule: outcome for outcome in report.outcomes}
    for rule, wanted in expect.items():
        assert wanted.keys() <= {"outcome", "message", "actual"}
        assert found[rule].outcome == wanted.get("outcome", "pass"), found[rule].message
        for part in [wanted["message"]] if isinstance(wanted.get("message"), str) else wanted.get("message", []):
            assert part in found[rule].message
        if "actual" in wanted:
            assert json.dumps(found[rule].actual) == json.dumps(wanted["actual"])
    rest = [outcome for rule, outcome in found.items() if rule not in expect]
    assert [o for o in rest if o.outcome not in ("pass", "skipped")] == []
    assert all(outcome.message.isprintable() and len(outcome.message) < 800 for outcome in report.outcomes)


def _snapshot(case: Mapping[str, Any]) -> Snapshot:
    document: dict[str, Any] = deepcopy({**GOOD, "account_id": case.get("id", "1111111111111111")})
    if case.get("denied"):
        del document["SecurityPreference"]
        document["errors"] = {"SecurityPreference": DENIED}
    for key, value in case.get("live", {}).items():
        group = document["SecurityPreference"].setdefault(_GROUPS[key], {})
        group.pop(key, None)
        if value is not None:
            group[key] = value
    return Snapshot.from_document(document)


def _policy(folder: Path, accounts: Mapping[str, Any]) -> Policy:
    return written_policy(folder / "policy.json", json.dumps({"version": 1, "rules": RULES, "accounts": accounts}))


def test_every_plan_has_cases_and_every_case_a_plan() -> None:
    cases = _examples(".yaml")
    assert all(_plans(each) for each in cases)
    assert {plan for each in cases for plan in _plans(each)} == set(_examples(".json"))


@pytest.mark.parametrize("path", _examples(".json"), ids=name_of)
def test_plans_name_nothing_of_the_machine_that_they_were_made_on(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [sign for sign in ("stackTrace", "sourcePosition", "/work", "/tmp", "/root", "/home") if sign in text]
    assert HERE.as_posix() not in text
