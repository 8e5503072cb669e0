"""The output of `pulumi preview --json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acctgate.model.other_change import OtherChange
from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider_eras import NEWEST
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.overlay import overlay
from acctgate.plan.read import read_plan
from acctgate.reading import SourceError


def test_a_refreshed_provider_counts_as_it_will_be(tmp_path: Path) -> None:
    """A preview with a refresh shows the recorded provider first."""
    urn = "urn:pulumi:s::p::pulumi:providers:alicloud::mine"
    resource = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"

    def state(version: str) -> dict[str, Any]:
        return {"type": "pulumi:providers:alicloud", "inputs": {"version": version}}

    steps = [
        {"op": "refresh", "urn": urn, "oldState": state("3.80.0"), "newState": state("3.80.0")},
        {"op": "update", "urn": urn, "oldState": state("3.80.0"), "newState": state("4.0.0")},
        {"op": "create", "urn": resource, "newState": {"inputs": {}, "provider": f"{urn}::id"}},
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"steps": steps}))
    [change] = read_plan(str(tmp_path / "plan.json"))
    assert change.provider.eras == NEWEST


def _preference(name: str, ticket: bool) -> dict[str, Any]:
    urn = f"urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::{name}"
    provider = "urn:pulumi:s::p::pulumi:providers:alicloud::default_4_0_0::id"
    inputs = {"enableSaveMfaTicket": ticket, "loginSessionDuration": 1}
    return {"urn": urn, "newState": {"inputs": inputs, "provider": provider}}


@pytest.mark.parametrize(
    ("operations", "recorded"),
    [
        (("import", "update"), {}),
        (("import-replacement", "update"), {}),
        (("update",), {"refreshBeforeUpdate": True}),
    ],
    ids=["imported", "replaced", "refreshed"],
)
def test_what_the_deploy_records_first_may_be_what_another_resource_has_set(
    tmp_path: Path, operations: tuple[str, ...], recorded: dict[str, Any]
) -> None:
    """In a deploy, `second` may change the account before `first` is recorded, and `first` then changes it back."""
    first, second = _preference("first", False), _preference("second", True)
    old = {"outputs": {"enableSaveMfaTicket": False, "loginSessionDuration": 24}, **recorded}
    steps = [{**first, "op": each, **({"oldState": old} if each == "update" else {})} for each in operations]
    account = {"LoginProfilePreference": {"EnableSaveMFATicket": False, "LoginSessionDuration": 24}}
    live = Snapshot.from_document({"version": 1, "SecurityPreference": account})
    setting = ("SecurityPreference", "LoginProfilePreference", "EnableSaveMFATicket")

    def after(*steps: dict[str, Any]) -> Any:
        (tmp_path / "plan.json").write_text(json.dumps({"steps": steps}))
        changes = [each for each in read_plan(str(tmp_path / "plan.json")) if isinstance(each, PlannedChange)]
        return overlay(live, changes).read(setting)

    both = after(*steps, {**second, "op": "create"})
    assert isinstance(both, Unknown)
    assert "first and second contradict each other" in both.reason
    assert after(*steps) is False


VERIFICATION = "VerificationTypes"


def _update(
    folder: Path, inputs: dict[str, Any], outputs: dict[str, Any], reasons: Any, version: str = "4_0_0"
) -> PlannedChange:
    """Return an update that `reasons` cause, as the provider reports them."""
    step = _preference("pref", True)
    step["newState"] |= {
        "inputs": inputs,
        "provider": f"urn:pulumi:s::p::pulumi:providers:alicloud::default_{version}::id",
    }
    step |= {"op": "update", "oldState": {"inputs": inputs, "outputs": outputs}, "diffReasons": reasons}
    (folder / "plan.json").write_text(json.dumps({"steps": [step]}))
    [change] = read_plan(str(folder / "plan.json"))
    assert isinstance(change, PlannedChange)
    return change


@pytest.mark.parametrize(
    ("reasons", "kind"),
    [
        (["enableSaveMfaTicket"], "leaves"),
        (["enableSaveMfaTicket", "verificationTypes"], "sets"),
        (["enableSaveMfaTicket", "verificationTypes[0]"], "sets"),
        (None, "sets"),
    ],
)
def test_what_differs_without_being_a_reason_is_ignored(tmp_path: Path, reasons: Any, kind: str) -> None:
    inputs = {"enableSaveMfaTicket": True, "verificationTypes": []}
    outputs = {"enableSaveMfaTicket": False, "verificationTypes": ["sms"], "loginSessionDuration": 8}
    effect = _update(tmp_path, inputs, outputs, reasons).effects()[VERIFICATION]
    assert effect.kind == kind
    if kind == "leaves":
        assert effect.note == "pref ignores changes of verificationTypes, so the deploy does not send it"


@pytest.mark.parametrize(
    ("reasons", "mode"),
    [(["loginSessionDuration"], "independent"), (["loginSessionDuration", "enforceMfaForLogin"], "mandatory")],
)
def test_an_ignored_mfa_switch_is_sent_as_it_is_recorded(tmp_path: Path, reasons: list[str], mode: str) -> None:
    inputs = {"enforceMfaForLogin": True, "loginSessionDuration": 6}
    outputs = {"enforceMfaForLogin": False, "loginSessionDuration": 8}
    effect = _update(tmp_path, inputs, outputs, reasons, "3_70_0").effects()["MFAOperationForLogin"]
    assert (effect.kind, effect.value) == ("sets", mode)


PASSWORDS = "urn:pulumi:s::p::alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy::words"


@pytest.mark.parametrize(
    ("reasons", "kind"),
    [(["maxPasswordAge"], "unknown"), (["maxPasswordAge", "minimumPasswordLength"], "sets"), (None, "sets")],
)
def test_a_password_setting_that_is_ignored_is_unknown(tmp_path: Path, reasons: Any, kind: str) -> None:
    """A refresh has recorded another length, and the provider sends that one again."""
    inputs = {"minimumPasswordLength": 14, "maxPasswordAge": 90}
    step = {
        "op": "update",
        "urn": PASSWORDS,
        "newState": {"inputs": inputs},
        "oldState": {"inputs": inputs, "outputs": {**inputs, "minimumPasswordLength": 8, "maxPasswordAge": 30}},
        "diffReasons": reasons,
    }
    (tmp_path / "plan.json").write_text(json.dumps({"steps": [step]}))
    [change] = read_plan(str(tmp_path / "plan.json"))
    assert isinstance(change, OtherChange)
    assert change.effects()["MinimumPasswordLength"].kind == kind
    assert change.effects()["MaxPasswordAge"].kind == "sets"
    assert change.effects()["RequireSymbols"].kind == "sets"


@pytest.mark.parametrize("reasons", ["verificationTypes", [1]])
def test_reasons_that_are_no_names_are_refused(tmp_path: Path, reasons: Any) -> None:
    with pytest.raises(SourceError, match="diffReasons should be a list of names"):
        _update(tmp_path, {}, {}, reasons)


def _replaced(kind: str, **new: Any) -> list[dict[str, Any]]:
    """Return the steps of a resource in whose place another one is imported: the preview calls it a replacement."""
    urn = f"urn:pulumi:s::p::{kind}::x"
    provider = "urn:pulumi:s::p::pulumi:providers:alicloud::default_4_0_0::id"
    old = {"id": "7", "delete": True, "inputs": WEAK, "outputs": WEAK}
    state = {"provider": provider, "inputs": {}, **new}
    return [{"urn": urn, "op": "replace", "oldState": old, "newState": state}]


WEAK = {"mfaOperationForLogin": "independent", "loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 6}
IMPORTED = {"id": "1234567890123456", "importID": "1234567890123456"}


def test_a_resource_that_is_imported_in_place_of_another_is_updated_as_far_as_it_differs(tmp_path: Path) -> None:
    """The values of the replacing step are those of the account, which the update then changes."""
    strong = {**WEAK, "mfaOperationForLogin": "mandatory"}
    [replaced] = _replaced("alicloud:ram/securityPreference:SecurityPreference", **IMPORTED, inputs=strong)
    last = {**replaced["newState"], "inputs": WEAK, "id": ""}
    update = {**replaced, "op": "update", "oldState": {**replaced["newState"], "outputs": strong}, "newState": last}
    account = Snapshot.from_document(
        {"version": 1, "SecurityPreference": {"LoginProfilePreference": {"MFAOperationForLogin": "mandatory"}}}
    )

    def after(*steps: dict[str, Any]) -> Any:
        (tmp_path / "plan.json").write_text(json.dumps({"steps": steps}))
        changes = [each for each in read_plan(str(tmp_path / "plan.json")) if isinstance(each, PlannedChange)]
        return overlay(account, changes).read(("SecurityPreference", "LoginProfilePreference", "MFAOperationForLogin"))

    assert after(replaced, {**update, "diffReasons": ["mfaOperationForLogin"]}) == "independent"
    assert after(replaced) == "mandatory"
    new = {**replaced["newState"], "id": "", "importID": "", "inputs": WEAK}
    assert after({**replaced, "newState": new}) == "independent", "a replacement creates it"


@pytest.mark.parametrize("retained", [False, True])
def test_importing_another_password_policy_destroys_the_one_before(tmp_path: Path, retained: bool) -> None:
    [step] = _replaced("alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy", **IMPORTED)
    step["oldState"] |= {"inputs": {}, "outputs": {}, "retainOnDelete": retained}
    (tmp_path / "plan.json").write_text(json.dumps({"steps": [step]}))
    [change] = read_plan(str(tmp_path / "plan.json"))
    assert change.operation == ("same" if retained else "delete")


def test_an_input_that_the_state_has_not_read_may_be_sent_again(tmp_path: Path) -> None:
    """The provider compares with the outputs, which an answer without the setting has not filled."""
    step = _replaced("alicloud:ram/securityPreference:SecurityPreference", inputs=WEAK)[0] | {"op": "update"}
    account = Snapshot.from_document(
        {"version": 1, "SecurityPreference": {"LoginProfilePreference": {"MFAOperationForLogin": "mandatory"}}}
    )

    def after(outputs: dict[str, Any]) -> Any:
        old = {"inputs": WEAK, "outputs": outputs, "id": "1234567890123456"}
        (tmp_path / "plan.json").write_text(json.dumps({"steps": [{**step, "oldState": old}]}))
        [change] = read_plan(str(tmp_path / "plan.json"))
        assert isinstance(change, PlannedChange)
        return overlay(account, [change]).read(("SecurityPreference", "LoginProfilePreference", "MFAOperationForLogin"))

    assert after(WEAK) == "mandatory"
    assert isinstance(after({"loginSessionDuration": 6}), Unknown)
