"""Planned resources other than a SecurityPreference: what they change is unknown, with the resource's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.other_change import OtherChange
from acctgate.model.report import AccountReport
from acctgate.model.resource_types import OTHER_TYPES
from acctgate.model.snapshot import Snapshot
from acctgate.plan.read import read_plan
from acctgate.rules import RULES
from tests.support import NOW, policy_of
from tests.support.accounts import GOOD

ACCOUNT: Final = "1111111111111111"
ENTRIES: Final[dict[str, dict[str, Any] | None]] = {
    "password-strength": {"minimum": "low"},
    "user-mfa": {"minimum_ratio": 0.5},
    "root-access-keys": {"maximum": 0},
    "unused-access-keys": {"maximum": 9},
    "old-root-access-keys": {"maximum": 9},
    "security-score": {"minimum": 1},
    "manage-access-keys": {"allow": False},
}
_USERS: Final = {"SubUser": 4, "SubUserBindMfa": 4, "RootWithAccessKey": 0, "SubUserPwdLevel": "high"}


def _terraform(kind: str, action: str, **values: Any) -> dict[str, Any]:
    change = {"actions": [action], "before": None, "after": values or {"name": "x"}, "after_unknown": {}}
    if action == "delete":
        change |= {"before": change["after"], "after": None}
    return {
        "address": f"{kind}.x",
        "mode": "managed",
        "type": kind,
        "name": "x",
        "change": change,
        "provider_name": "registry.terraform.io/aliyun/alicloud",
    }


def _report(folder: Path, plan: dict[str, Any], live: dict[str, Any] | None = None, **entries: Any) -> AccountReport:
    (folder / "plan.json").write_text(json.dumps(plan))
    info = {**GOOD["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"], **_USERS, **(live or {})}
    section = {**GOOD["AccountSecurityPracticeInfo"], "AccountSecurityPracticeUserInfo": info}
    account = Snapshot.from_document({**GOOD, "account_id": ACCOUNT, "AccountSecurityPracticeInfo": section})
    policy = policy_of({**ENTRIES, **entries})
    return next(iter(evaluate([account], policy, NOW, planned=read_plan(str(folder / "plan.json")))))


def _plan(*changes: dict[str, Any]) -> dict[str, Any]:
    resources = [
        {"address": each["address"], "type": each["type"], "provider_config_key": "alicloud", "expressions": {}}
        for each in changes
    ]
    configuration = {"provider_config": {"alicloud": {"name": "alicloud"}}, "root_module": {"resources": resources}}
    return {"format_version": "1.2", "resource_changes": list(changes), "configuration": configuration}


def _unknown(report: AccountReport) -> set[str]:
    return {outcome.rule for outcome in report.outcomes if outcome.outcome == "unknown"}


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (_terraform("alicloud_ram_account_password_policy", "update"), {"password-strength"}),
        (_terraform("alicloud_ram_password_policy", "create"), {"password-strength"}),
        (_terraform("alicloud_ram_account_password_policy", "delete"), {"password-strength"}),
        (_terraform("alicloud_ram_user", "create"), {"user-mfa"}),
        (_terraform("alicloud_ram_login_profile", "create", user_name="x"), {"user-mfa"}),
        (_terraform("alicloud_ram_access_key", "create", status="Active"), {"root-access-keys"}),
        (_terraform("alicloud_ram_access_key", "create", user_name="x"), set()),
        (_terraform("alicloud_ram_access_key", "delete", user_name="x"), {"unused-access-keys"}),
        (_terraform("alicloud_ram_access_key", "delete", status="x"), {"root-access-keys", "old-root-access-keys"}),
        (_terraform("alicloud_ram_user", "no-op"), set()),
        (_terraform("alicloud_ram_user", "forget"), set()),
        (_terraform("alicloud_oss_bucket", "create"), set()),
    ],
)
def test_the_rules_that_a_resource_moves_are_unknown(tmp_path: Path, change: Any, rules: set[str]) -> None:
    report = _report(tmp_path, _plan(change))
    assert _unknown(report) == rules
    for outcome in report.outcomes:
        if outcome.rule in rules:
            assert change["address"] in outcome.message
            assert "as read: " in outcome.message


def test_a_user_that_is_known_only_after_the_deploy_is_a_user(tmp_path: Path) -> None:
    change = _terraform("alicloud_ram_access_key", "create", status="Active")
    change["change"]["after_unknown"] = {"user_name": True, "id": True}
    assert _unknown(_report(tmp_path, _plan(change))) == set()


def test_a_failing_rule_stays_failing_where_nothing_can_repair_it(tmp_path: Path) -> None:
    weak = {"SubUserBindMfa": 0}
    for action, outcome in (("create", "fail"), ("delete", "unknown")):
        report = _report(tmp_path, _plan(_terraform("alicloud_ram_user", action)), weak)
        (found,) = [each for each in report.outcomes if each.rule == "user-mfa"]
        assert found.outcome == outcome


def test_a_policy_can_ignore_them_and_the_report_says_so(tmp_path: Path) -> None:
    ignoring = {"user-mfa": {"minimum_ratio": 0.5, "planned": "ignore"}}
    report = _report(tmp_path, _plan(_terraform("alicloud_ram_user", "create")), **ignoring)
    (found,) = [each for each in report.outcomes if each.rule == "user-mfa"]
    assert found.outcome == "pass"
    assert (
        "creates alicloud_ram_user.x (alicloud_ram_user), which the policy ignores (planned: ignore)" in found.message
    )


def test_the_score_stays_as_read_with_a_note(tmp_path: Path) -> None:
    report = _report(tmp_path, _plan(_terraform("alicloud_ram_user", "create")))
    (found,) = [each for each in report.outcomes if each.rule == "security-score"]
    assert found.outcome == "pass"
    assert "this is the value before the deploy: the plan creates alicloud_ram_user.x" in found.message


@pytest.mark.parametrize("kind", OTHER_TYPES)
def test_pulumi_plans_have_them_too(tmp_path: Path, kind: str) -> None:
    urn = f"urn:pulumi:s::p::{kind}::x"
    state = {"type": kind, "inputs": {"userName": "x", "minimumPasswordLength": 8}}
    update_plan = {"goal": {"inputDiff": {"adds": state["inputs"]}}, "steps": ["create"]}
    for plan in (
        {"steps": [{"op": "create", "urn": urn, "newState": state}]},
        {"resourcePlans": {urn: update_plan}},
    ):
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        (change,) = read_plan(str(tmp_path / "plan.json"))
        assert isinstance(change, OtherChange)
        assert (change.kind, change.operation, change.name) == (OTHER_TYPES[kind], "create", "x")
        assert change.given == {"user_name", "minimum_password_length"}


def test_every_type_moves_a_rule_and_every_rule_names_known_types() -> None:
    named = {kind for rule in RULES if not rule.keeps_outcome for kind in rule.moved_by_resources}
    assert named == set(OTHER_TYPES.values())


def test_another_account_is_judged_too(tmp_path: Path) -> None:
    plan = _plan(_terraform("alicloud_ram_user", "create"))
    role = [{"role_arn": {"constant_value": "acs:ram::2222222222222222:role/x"}}]
    plan["configuration"]["provider_config"]["alicloud"]["expressions"] = {"assume_role": role}
    assert _unknown(_report(tmp_path, plan)) == set()
    reports = list(
        evaluate(
            [Snapshot.from_document({**GOOD, "account_id": ACCOUNT})],
            policy_of(ENTRIES),
            NOW,
            planned=read_plan(str(tmp_path / "plan.json")),
        )
    )
    assert [report.account for report in reports] == [ACCOUNT, "2222222222222222"]
