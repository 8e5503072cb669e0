"""What an update plan does not show is not certain: it has no recorded outputs, with which the provider compares."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.other_change import OtherChange
from acctgate.model.planned_change import PlannedChange
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.overlay import overlay
from acctgate.plan.read import read_plan
from acctgate.policy import load_preset
from acctgate.reading import SourceError
from tests.support import NOW, outcomes_of
from tests.support.accounts import GOOD

URN: Final = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"
PROVIDER: Final = "urn:pulumi:s::p::pulumi:providers:alicloud::default_{}::id"
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
TYPES: Final = "VerificationTypes"
MFA: Final = "MFAOperationForLogin"


def kinds(
    folder: Path, state: dict[str, Any], diff: dict[str, Any], version: str = "4_0_0", ignored: Any = ()
) -> dict[str, str]:
    """Return what an update does to each setting, by kind."""
    names = {name: list[str]() for name in (*state, *diff.get("adds", {}))}
    goal = {
        "inputDiff": diff,
        "propertyDependencies": names,
        "provider": PROVIDER.format(version),
        "ignoreChanges": ignored,
    }
    plan = {"resourcePlans": {URN: {"goal": goal, "steps": ["update"], "state": state}}}
    (folder / "plan.json").write_text(json.dumps(plan))
    [change] = read_plan(str(folder / "plan.json"))
    assert isinstance(change, PlannedChange)
    return {key: effect.kind for key, effect in change.effects().items()}


@pytest.mark.parametrize(
    ("types", "diff"),
    [
        (["sms"], {"updates": {"verificationTypes": ["sms"], "loginSessionDuration": 8}}),
        (["sms"], {"adds": {"verificationTypes": ["sms"]}, "updates": {"loginSessionDuration": 8}}),
        ([], {"updates": {"loginSessionDuration": 8}}),
    ],
    ids=["changed", "new", "still-empty"],
)
def test_verification_types_may_be_recorded_already(tmp_path: Path, types: list[str], diff: dict[str, Any]) -> None:
    """A create does not send an empty list, so another one may be recorded."""
    found = kinds(tmp_path, {"loginSessionDuration": 8, "verificationTypes": types}, diff)
    assert found[TYPES] == "either"
    assert found["LoginSessionDuration"] == "sets"


@pytest.mark.parametrize("imported", [True, False])
def test_an_import_may_record_what_another_resource_has_set(tmp_path: Path, imported: bool) -> None:
    """In the deploy, `other` may change the account before the import records it, and the update changes it back."""
    login, setting = {"loginSessionDuration": 8}, "AllowUserToManageMFADevices"
    goal = {"inputDiff": {"updates": login}, "propertyDependencies": {"allowUserToManageMfaDevices": []}}
    goal |= {"provider": PROVIDER.format("4_0_0"), **({"id": "1000000000000000"} if imported else {})}
    state = {"loginSessionDuration": 6, "allowUserToManageMfaDevices": True}
    created = {"inputDiff": {"adds": {"allowUserToManageMfaDevices": False}}, "provider": PROVIDER.format("4_0_0")}
    plans = {
        URN: {"goal": goal, "steps": ["update"], "state": state},
        URN.replace("pref", "other"): {"goal": created, "steps": ["create"], "state": {}},
    }
    (tmp_path / "plan.json").write_text(json.dumps({"resourcePlans": plans}))
    changes = [each for each in read_plan(str(tmp_path / "plan.json")) if isinstance(each, PlannedChange)]
    live = Snapshot.from_document({"version": 1, "SecurityPreference": {"MFAPreference": {setting: True}}})
    found = overlay(live, changes).read(("SecurityPreference", "MFAPreference", setting))
    assert isinstance(found, Unknown) if imported else found is False


def test_removed_verification_types_may_be_an_empty_list(tmp_path: Path) -> None:
    """The plan names what is removed, without its value. To remove an empty list changes nothing."""
    diff = {"deletes": ["verificationTypes"], "updates": {"loginSessionDuration": 8}}
    assert kinds(tmp_path, {"loginSessionDuration": 8}, diff)[TYPES] == "either"


def test_the_only_change_is_certain(tmp_path: Path) -> None:
    state = {"loginNetworkMasks": "10.0.0.0/8", "verificationTypes": ["sms"], "loginSessionDuration": 8}
    found = kinds(tmp_path, state, {"updates": {"verificationTypes": ["sms"]}})
    assert found[TYPES] == "sets"


def test_a_value_that_is_known_only_after_the_deploy_may_be_the_recorded_one(tmp_path: Path) -> None:
    """The oldest providers then send nothing, and enforceMfaForLogin stays as it is."""
    state = {"loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": UNKNOWN}
    diff = {"updates": {"loginSessionDuration": UNKNOWN}}
    assert kinds(tmp_path, state, diff, "3_70_0")[MFA] == "either"
    certain = {"updates": {"loginSessionDuration": 8}}
    assert kinds(tmp_path, {**state, "loginSessionDuration": 8}, certain, "3_70_0")[MFA] == "sets"


@pytest.mark.parametrize("name", ["allowUserToManageAccessKeys", "mfaOperationForLogin", "loginSessionDuration"])
def test_the_only_change_may_come_to_nothing_if_its_value_is_known_only_after_the_deploy(
    tmp_path: Path, name: str
) -> None:
    """The preview shows an update, and the deploy may send nothing."""
    state = {"loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 8, "verificationTypes": ["sms"], name: UNKNOWN}
    assert kinds(tmp_path, state, {"updates": {name: UNKNOWN}}, "3_100_0")["LoginNetworkMasks"] == "either"


@pytest.mark.parametrize("state", [{"enforceMfaForLogin": UNKNOWN}, {"enforceMfaForLogin": None}, {}])
def test_the_older_mfa_switch_may_be_off_if_its_value_is_not_shown(tmp_path: Path, state: dict[str, Any]) -> None:
    """Providers before 1.269 send it."""
    state = {"loginSessionDuration": 8, **state}
    assert kinds(tmp_path, state, {"adds": {"enforceMfaForLogin": UNKNOWN}}, "3_70_0")[MFA] == "unknown"


@pytest.mark.parametrize("how", ["adds", "updates"])
@pytest.mark.parametrize("enforce", [True, False])
def test_a_changed_mfa_switch_may_be_recorded_already(tmp_path: Path, how: str, enforce: bool) -> None:
    """The recorded outputs, which the provider compares with, are not shown."""
    state = {"loginSessionDuration": 8, "enforceMfaForLogin": enforce}
    assert kinds(tmp_path, state, {how: {"enforceMfaForLogin": enforce}}, "3_70_0")[MFA] == "either"


def test_the_mfa_switch_may_be_recorded_otherwise_although_its_input_is_the_same(tmp_path: Path) -> None:
    """Older providers record false if the account's answer does not have it, and then send it in each deploy."""
    state = {"enforceMfaForLogin": True, "operationForRiskLogin": "enforceVerify"}
    unknown_to_it = {"updates": {"operationForRiskLogin": "enforceVerify"}}
    assert kinds(tmp_path, state, unknown_to_it, "3_70_0")[MFA] == "either"


@pytest.mark.parametrize(
    ("ignored", "kind"),
    [
        ([], "either"),
        (["verificationTypes"], "leaves"),
        (['["verificationTypes"]'], "unknown"),
        (["*"], "unknown"),
        (["*", "verificationTypes"], "leaves"),
    ],
    ids=["nothing", "by name", "in another spelling", "everything", "by name and everything"],
)
def test_a_setting_that_is_ignored_by_its_name_is_left_as_it_is(tmp_path: Path, ignored: list[str], kind: str) -> None:
    """The engine takes other spellings, too, the provider does not: it removes what only the outputs have."""
    state = {"loginSessionDuration": 8, "verificationTypes": ["sms"]}
    diff = {"updates": {"verificationTypes": ["sms"], "loginSessionDuration": 8}}
    assert kinds(tmp_path, state, diff, ignored=ignored)[TYPES] == kind


def test_a_password_setting_whose_changes_are_ignored_is_unknown(tmp_path: Path) -> None:
    urn = "urn:pulumi:s::p::alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy::words"
    goal = {"inputDiff": {"updates": {"maxPasswordAge": 90}}, "ignoreChanges": ["minimumPasswordLength"]}
    state = {"minimumPasswordLength": 14, "maxPasswordAge": 90}
    plan = {"resourcePlans": {urn: {"goal": goal, "steps": ["update"], "state": state}}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    [change] = read_plan(str(tmp_path / "plan.json"))
    assert isinstance(change, OtherChange)
    assert change.effects()["MinimumPasswordLength"].kind == "unknown"
    assert change.effects()["MaxPasswordAge"].kind == "sets"


def test_ignored_changes_that_are_no_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="ignoreChanges should be a list of names"):
        kinds(tmp_path, {}, {}, ignored="loginSessionDuration")


def test_an_empty_mode_sends_the_recorded_one(tmp_path: Path) -> None:
    """Older providers send it beside enforceMfaForLogin, and which of the two counts is not known."""
    state = {"loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 8, "enforceMfaForLogin": False}
    diff = {"adds": {"mfaOperationForLogin": ""}, "updates": {"loginSessionDuration": 8}}
    assert kinds(tmp_path, state, diff, "3_80_0")[MFA] == "unknown"


@pytest.mark.parametrize(
    ("live", "planned", "outcome"),
    [
        ("independent", "mandatory", "unknown"),
        ("mandatory", "mandatory", "pass"),
        ("mandatory", "independent", "fail"),
        (None, "mandatory", "unknown"),
    ],
)
def test_a_mode_that_was_perhaps_empty_repairs_nothing(
    tmp_path: Path, live: str | None, planned: str, outcome: str
) -> None:
    """The provider then has another value on record, perhaps the declared one, and sends nothing."""
    diff = {"updates": {"mfaOperationForLogin": planned, "loginSessionDuration": 8}}
    state = {"mfaOperationForLogin": planned, "loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 8}
    assert kinds(tmp_path, state, diff)[MFA] == "either"
    assert kinds(tmp_path, state, {"updates": {"mfaOperationForLogin": planned}})[MFA] == "either"
    account = deepcopy(GOOD)
    account["SecurityPreference"]["LoginProfilePreference"].pop(MFA, None)
    account["SecurityPreference"]["LoginProfilePreference"] |= {} if live is None else {MFA: live}
    kinds(tmp_path, state, diff)
    planned_changes = read_plan(str(tmp_path / "plan.json"))
    [report] = evaluate([Snapshot.from_document(account)], load_preset("baseline"), NOW, planned=planned_changes)
    [found] = outcomes_of(report, "login-mfa")
    assert found.outcome == outcome
    assert outcome != "unknown" or "pulumi preview --json" in found.message


def test_the_only_difference_is_sent_even_if_it_was_empty(tmp_path: Path) -> None:
    state = {"mfaOperationForLogin": "mandatory", "loginNetworkMasks": "10.0.0.0/8", "verificationTypes": ["sms"]}
    assert kinds(tmp_path, state, {"updates": {"mfaOperationForLogin": "mandatory"}})[MFA] == "sets"


def test_a_mode_beside_enforce_mfa_perhaps_makes_no_call(tmp_path: Path) -> None:
    """Newer providers do not send enforceMfaForLogin, which alone may be the update."""
    state = {"mfaOperationForLogin": "mandatory", "loginNetworkMasks": "10.0.0.0/8", "verificationTypes": ["sms"]}
    diff = {"updates": {"mfaOperationForLogin": "mandatory", "enforceMfaForLogin": True}}
    assert kinds(tmp_path, {**state, "enforceMfaForLogin": True}, diff)["LoginNetworkMasks"] == "either"


def test_an_emptied_mode_is_no_difference(tmp_path: Path) -> None:
    """After a refresh, the recorded input has the live value, and the provider keeps it."""
    state = {"loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 8, "verificationTypes": ["sms"]}
    diff = {"updates": {"mfaOperationForLogin": "", "enforceMfaForLogin": False}}
    found = kinds(tmp_path, {**state, "mfaOperationForLogin": ""}, diff, "3_100_0")
    assert (found["LoginSessionDuration"], found["LoginNetworkMasks"]) == ("leaves", "leaves")
