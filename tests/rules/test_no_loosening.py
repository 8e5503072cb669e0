"""no-loosening with other rules, with plans that match no account, and in the commands that read plans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acctgate.diff import compare_policies
from acctgate.evaluate.judge import Judge
from acctgate.model.outcome import Outcome
from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider import Provider
from acctgate.model.snapshot import Snapshot
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan
from tests.support import HERE, NOW, judge, outcomes_of, policy_of
from tests.support.process import run_here

PREFERENCE: dict[str, Any] = {
    "LoginProfilePreference": {
        "LoginSessionDuration": 2,
        "LoginNetworkMasks": "10.0.0.0/8",
        "MFAOperationForLogin": "mandatory",
        "AllowUserToChangePassword": True,
    }
}
ACCOUNT: dict[str, Any] = {"version": 1, "account_id": "1111111111111111", "SecurityPreference": PREFERENCE}
UNCHANGED = {"LoginSessionDuration": 2, "LoginNetworkMasks": "10.0.0.0/8"}


def judged(rules: dict[str, Any], declared: dict[str, Any]) -> Outcome:
    """Return the outcome on a plan that creates a preference with these settings beside the present ones."""
    policy = policy_of({"no-loosening": {}, **rules})
    report = judge(ACCOUNT, policy, planned=[PlannedChange("pref", "create", {**UNCHANGED, **declared})])
    [outcome] = outcomes_of(report, "no-loosening")
    return outcome


@pytest.mark.parametrize(
    ("allow", "value", "outcome"), [(True, False, "fail"), (False, False, "pass"), (None, False, "unknown")]
)
def test_a_switch_without_an_order_is_compared_with_the_policy(allow: bool | None, value: bool, outcome: str) -> None:
    rules = {} if allow is None else {"change-password": {"level": "advisory", "allow": allow}}
    assert judged(rules, {"AllowUserToChangePassword": value}).outcome == outcome


def test_a_plan_for_an_unknown_account_makes_no_pass() -> None:
    """Two accounts, and nothing says which of them the plan is for."""
    accounts = [Snapshot.from_document({**ACCOUNT, "account_id": str(number) * 16}) for number in (1, 2)]
    planned = [PlannedChange("pref", "create", {**UNCHANGED, "LoginSessionDuration": 8}, provider=Provider("other"))]
    policy = policy_of({"no-loosening": {}})
    for account in after_deploy(accounts, planned, {}):
        [outcome] = [each for each in _outcomes(account, policy) if each.rule == "no-loosening"]
        assert outcome.outcome == "unknown"
        assert "cannot be matched to an account" in outcome.message


def _outcomes(account: Snapshot, policy: Any) -> tuple[Outcome, ...]:
    return Judge(policy, NOW)(account).outcomes


def test_an_account_that_cannot_be_read_makes_no_pass() -> None:
    account = Snapshot({"version": 1}, unreadable="s.json: not found")
    [after] = after_deploy([account], [PlannedChange("pref", "create", UNCHANGED)], {})
    [outcome] = [each for each in _outcomes(after, policy_of({"no-loosening": {}})) if each.rule == "no-loosening"]
    assert outcome.outcome == "unknown"


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ([], ["LoginSessionDuration"], "looser"),
        (None, ["LoginSessionDuration"], "looser"),
        (["LoginSessionDuration"], None, "stricter"),
        (["LoginSessionDuration"], ["LoginNetworkMasks"], "mixed"),
    ],
)
def test_an_exception_is_looser_than_none(before: list[str] | None, after: list[str] | None, direction: str) -> None:
    old, new = (policy_of({"no-loosening": {} if names is None else {"except": names}}) for names in (before, after))
    [change] = compare_policies(old, new, NOW.date())
    assert (change.rule, change.direction) == ("no-loosening", direction)


PULUMI = {
    "steps": [
        {
            "op": "create",
            "urn": "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref",
            "newState": {
                "type": "alicloud:ram/securityPreference:SecurityPreference",
                "inputs": {"loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 8},
            },
        }
    ]
}
TERRAFORM = json.loads((HERE / "plans/terraform/create.json").read_bytes())


@pytest.mark.parametrize("plan", [PULUMI, TERRAFORM], ids=["pulumi", "terraform"])
def test_the_commands_report_what_a_plan_loosens(tmp_path: Path, plan: Any) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / "s.json").write_text(json.dumps(ACCOUNT))
    (tmp_path / "policy.yaml").write_text("version: 1\nrules: {no-loosening: {}, session-duration: {max_hours: 12}}\n")
    files = ("--plan", tmp_path / "plan.json", "--policy", tmp_path / "policy.yaml")
    done = run_here("check", "--snapshot", tmp_path / "s.json", *files)
    assert done.status == 1
    assert "LoginSessionDuration" in done.stdout and "looser" in done.stdout
    done = run_here("diff", tmp_path / "s.json", *files, "--format", "json")
    assert done.status == 1
    flips = {each["rule"]: each["flip"] for each in json.loads(done.stdout)["accounts"][0]["rules"]}
    assert flips == {"no-loosening": "newly-failing"}
    assert run_here("check", "--snapshot", tmp_path / "s.json", "--policy", tmp_path / "policy.yaml").status == 0


@pytest.mark.parametrize(
    ("actions", "length", "outcome", "message"),
    [
        (["delete"], None, "fail", "MinimumPasswordLength: 12 was 14; PasswordReusePrevention: 0 was 5"),
        (["update"], 12, "fail", "the plan makes MinimumPasswordLength looser: 12 was 14"),
        (["update"], 20, "pass", "the plan makes no setting looser"),
    ],
)
def test_a_planned_password_policy_counts(
    tmp_path: Path, actions: list[str], length: int | None, outcome: str, message: str
) -> None:
    """Destroying this resource puts the account back to weak defaults."""
    kind = "alicloud_ram_account_password_policy"
    before = {
        "minimum_password_length": 14,
        "password_reuse_prevention": 5,
        **dict.fromkeys(
            ("require_symbols", "require_numbers", "require_lowercase_characters", "require_uppercase_characters"), True
        ),
        "max_password_age": 0,
        "max_login_attempts": 5,
        "hard_expiry": False,
    }
    after = None if length is None else {**before, "minimum_password_length": length}
    expressions = {name: {"constant_value": value} for name, value in (after or {}).items()}
    resource = {"address": f"{kind}.x", "type": kind, "provider_config_key": "alicloud", "expressions": expressions}
    change = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
    plan = {
        "format_version": "1.2",
        "resource_changes": [{"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "change": change}],
        "configuration": {
            "provider_config": {"alicloud": {"name": "alicloud"}},
            "root_module": {"resources": [resource] if after else []},
        },
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    live = {
        "MinimumPasswordLength": 14,
        "PasswordReusePrevention": 5,
        **dict.fromkeys((f"Require{name}" for name in ("LowercaseCharacters", "UppercaseCharacters")), True),
        **dict.fromkeys(("RequireNumbers", "RequireSymbols"), True),
        "MaxPasswordAge": 0,
        "MaxLoginAttemps": 5,
        "HardExpire": False,
    }
    account = Snapshot.from_document({**ACCOUNT, "PasswordPolicy": live})
    [found] = after_deploy([account], read_plan(str(tmp_path / "plan.json")), {})
    [judged] = [each for each in _outcomes(found, policy_of({"no-loosening": {}})) if each.rule == "no-loosening"]
    assert judged.outcome == outcome
    assert message in judged.message
