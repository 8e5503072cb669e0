"""Whether a planned resource goes to the account that was read: only if nothing contradicts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider import Provider
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.match_accounts import after_deploy, deployed_to
from acctgate.plan.pulumi_provider import provider_of
from acctgate.plan.read import read_plan
from acctgate.plan.terraform_provider import ProviderContext
from acctgate.policy.policy import Account
from tests.support import HERE

MINE: Final = "1500000000000001"
OTHER: Final = "1600000000000002"
PATH: Final = ("SecurityPreference", "LoginProfilePreference", "MFAOperationForLogin")


def _role(account: str) -> str:
    return f"acs:ram::{account}:role/deploy"


def _change(
    recorded_id: str | None = None, foreign: str | None = None, imported: bool = False, **provider: Any
) -> PlannedChange:
    declared = {"MFAOperationForLogin": "mandatory", "LoginNetworkMasks": "10.0.0.0/8", "LoginSessionDuration": 6}
    return PlannedChange(
        "this",
        "create",
        declared,
        recorded_id=recorded_id,
        imported=imported,
        foreign=foreign,
        provider=Provider(**provider),
    )


def _snapshot(account: str | None = MINE) -> Snapshot:
    login = {"MFAOperationForLogin": "adaptive", "LoginNetworkMasks": "10.0.0.0/8", "LoginSessionDuration": 6}
    document = {"version": 1, "account_id": account, "SecurityPreference": {"LoginProfilePreference": login}}
    return Snapshot.from_document(document)


def _mfa(change: PlannedChange, accounts: dict[str, Account] | None = None) -> Any:
    """Return the MFA setting of the account that was read, after the deploy."""
    return after_deploy([_snapshot()], [change], accounts or {})[0].read(PATH)


def test_nothing_speaks_against_the_only_account() -> None:
    assert _mfa(_change()) == "mandatory"
    for id_ in ("RamSecurityPreference", "1", "0001500000000000001"):
        assert _mfa(_change(recorded_id=id_)) == "mandatory"
        assert _mfa(_change(recorded_id=id_, imported=True)) == "mandatory"


@pytest.mark.parametrize(
    "change",
    [
        _change(recorded_id=MINE),
        _change(account=MINE),
        _change(role_arn=_role(MINE)),
        _change(role_arn=_role(MINE), recorded_id=MINE, account=MINE, profile="any"),
        _change(profile="prod", recorded_id=MINE),
    ],
)
def test_all_evidence_names_the_account(change: PlannedChange) -> None:
    assert _mfa(change) == "mandatory"


@pytest.mark.parametrize("change", [_change(recorded_id=OTHER), _change(account=OTHER), _change(role_arn=_role(OTHER))])
def test_evidence_of_another_account_leaves_this_one_and_judges_the_other(change: PlannedChange) -> None:
    mine, other = after_deploy([_snapshot()], [change], {})
    assert mine.read(PATH) == "adaptive"
    assert other.account_id == OTHER
    assert other.read(PATH) == "mandatory"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_change(recorded_id=OTHER, role_arn=_role(MINE)), "its account is contradictory: its provider's role 15"),
        (_change(account=OTHER, recorded_id=MINE), "its account is contradictory"),
        (_change(unknown=True, hint="the plan does not show its role"), "the plan does not show its role"),
        (_change(unknown=True, recorded_id=MINE), "its provider is not known"),
        (_change(profile="prod"), "the account of the profile prod is not known"),
        (_change(credentials="the ECS role deploy"), "the account of the ECS role deploy is not known"),
        (_change(foreign="it belongs to evil/alicloud"), "what this does is unknown: it belongs to evil/alicloud"),
    ],
)
def test_contradictions_and_gaps_make_the_settings_unknown(change: PlannedChange, reason: str) -> None:
    found = _mfa(change)
    assert isinstance(found, Unknown)
    assert reason in found.reason


def test_the_id_of_an_import_agrees_with_what_names_the_account() -> None:
    assert _mfa(_change(recorded_id=MINE, imported=True)) == "mandatory"
    assert _mfa(_change(recorded_id=MINE, imported=True, role_arn=_role(MINE), profile="any")) == "mandatory"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_change(recorded_id=OTHER, imported=True), "the id that it is imported with names another account than"),
        (_change(recorded_id=OTHER, imported=True, role_arn=_role(MINE)), "its account is contradictory"),
        (_change(recorded_id=MINE, imported=True, profile="prod"), "the account of the profile prod is not known"),
    ],
    ids=["another account", "another role", "a profile"],
)
def test_the_id_of_an_import_proves_no_account(change: PlannedChange, reason: str) -> None:
    """The provider imports the account of its credentials, whatever the id names."""
    found = _mfa(change)
    assert isinstance(found, Unknown)
    assert reason in found.reason


@pytest.mark.parametrize("tool", ["terraform", "preview", "update plan"])
def test_each_kind_of_plan_shows_an_import(tmp_path: Path, tool: str) -> None:
    urn = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"
    step = {"op": "import", "urn": urn, "newState": {"id": OTHER, "inputs": {}}}
    goal = {"id": OTHER, "inputDiff": {}}
    terraform = (HERE / "plans" / "terraform" / "import.json").read_text(encoding="utf-8")
    plans = {
        "terraform": terraform.replace('"id": "security-preference"', f'"id": "{OTHER}"'),
        "preview": json.dumps({"steps": [step]}),
        "update plan": json.dumps(
            {"resourcePlans": {urn: {"goal": goal, "steps": ["update"], "state": {"id": OTHER}}}}
        ),
    }
    (tmp_path / "plan.json").write_text(plans[tool], encoding="utf-8")
    [planned] = read_plan(str(tmp_path / "plan.json"))
    assert (planned.imported_account, planned.recorded_account) == (OTHER, None)


def test_the_id_of_an_import_tells_no_accounts_apart() -> None:
    change = _change(recorded_id=OTHER, imported=True)
    both = after_deploy([_snapshot(), _snapshot(OTHER)], [change], {})
    assert all(isinstance(each.read(PATH), Unknown) for each in both)
    assert deployed_to(both, [change], {}) == {"this": {None}}


ARN: Final = _role(MINE)


@pytest.mark.parametrize(
    ("roles", "arn"),
    [
        ({"assumeRole": None, "assumeRoleWithOidc": json.dumps({"roleArn": ARN})}, ARN),
        ({"assumeRole": {"roleArn": ARN}, "assumeRoleWithOidc": {"roleArn": ARN}}, None),
        ({"assumeRole": {"sessionName": "ci"}}, None),
        ({"assumeRole": {"roleArn": None}}, None),
        ({"assumeRole": [{"roleArn": ARN}, {"roleArn": ARN}]}, None),
    ],
    ids=["with OIDC", "both", "the role of the environment", "null", "two"],
)
def test_the_role_of_a_provider_of_pulumi(roles: dict[str, Any], arn: str | None) -> None:
    provider = provider_of("urn:pulumi:s::p::pulumi:providers:alicloud::x", roles)
    assert (provider.role_arn, provider.unknown) == (arn, arn is None)


@pytest.mark.parametrize(
    ("roles", "arn"),
    [
        ({"assume_role": [], "assume_role_with_oidc": [{"role_arn": {"constant_value": ARN}}]}, ARN),
        ({name: [{"role_arn": {"constant_value": ARN}}] for name in ("assume_role", "assume_role_with_oidc")}, None),
        ({"assume_role": [{"session_name": {"constant_value": "ci"}}]}, None),
        ({"assume_role": [{"role_arn": {"constant_value": ARN}}] * 2}, None),
    ],
    ids=["with OIDC", "both", "the role of the environment", "two"],
)
def test_the_role_of_a_provider_of_terraform(roles: dict[str, Any], arn: str | None) -> None:
    providers = ProviderContext({"alicloud": {"name": "alicloud", "expressions": roles}}, {}, {})
    provider = providers.provider({"change": {}}, {"provider_config_key": "alicloud"})
    assert (provider.role_arn, provider.unknown) == (arn, arn is None)


def test_a_policy_names_what_the_plan_does_not_show() -> None:
    accounts = {MINE: Account(providers=("prod",))}
    assert _mfa(_change(unknown=True, name="prod"), accounts) == "mandatory"
    assert _mfa(_change(profile="prod"), accounts) == "mandatory"
    assert isinstance(_mfa(_change(profile="test"), accounts), Unknown)
    assert isinstance(_mfa(_change(profile="prod", recorded_id=OTHER), accounts), Unknown)


def test_an_account_without_a_name_contradicts_nothing() -> None:
    (after,) = after_deploy([_snapshot(None)], [_change(role_arn=_role(OTHER))], {})
    assert after.read(PATH) == "mandatory"
