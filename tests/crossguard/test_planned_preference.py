"""What a deploy does with a declared SecurityPreference, from the recorded state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from acctgate.crossguard.engine_command import UNKNOWN_COMMAND, EngineCommand
from acctgate.crossguard.planned_preference import Declared, planned
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.preference_request import FIRST_KEYS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.overlay import overlay

URN = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"
PROVIDER = "urn:pulumi:s::p::pulumi:providers:alicloud::default_4_0_1"
GOOD = {"mfaOperationForLogin": "mandatory", "loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 6}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
LOGIN = ("SecurityPreference", "LoginProfilePreference")


def live(**login: Any) -> Snapshot:
    """Return an account with these logon settings."""
    return Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": login}})


def after(change: PlannedChange, account: Snapshot, key: str) -> Any:
    """Return a logon setting after the deploy."""
    return overlay(account, [change]).read((*LOGIN, key))


def test_another_provider_version_repairs_no_drift() -> None:
    recorded = {"urn": URN, "provider": f"{PROVIDER.replace('4_0_1', '4_0_0')}::id", "inputs": GOOD, "outputs": GOOD}
    change = planned(Declared(URN, GOOD, PROVIDER), {URN: recorded}, EngineCommand())
    assert isinstance(after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin"), Unknown)
    assert after(change, live(MFAOperationForLogin="mandatory"), "MFAOperationForLogin") == "mandatory"
    assert isinstance(after(change, live(LoginNetworkMasks=""), "LoginNetworkMasks"), Unknown)


WITHOUT_HOURS = {name: value for name, value in GOOD.items() if name != "loginSessionDuration"}
PLAIN = EngineCommand()


@pytest.mark.parametrize(("hours", "will_be"), [(24, None), (6, 6), (1, None)])
def test_what_is_not_recorded_may_be_an_import(hours: int, will_be: int | None) -> None:
    change = planned(Declared(URN, WITHOUT_HOURS, PROVIDER), {}, PLAIN)
    found = after(change, live(LoginSessionDuration=hours, LoginNetworkMasks="0.0.0.0/0"), "LoginSessionDuration")
    if will_be is None:
        assert isinstance(found, Unknown)
        assert "an import leaves it as it is; declare loginSessionDuration" in found.reason
    else:
        assert found == will_be


def test_outputs_tell_a_create_from_an_import() -> None:
    declared, account = Declared(URN, WITHOUT_HOURS, PROVIDER), live(LoginSessionDuration=24)
    create = planned(declared, {}, PLAIN, {**WITHOUT_HOURS, "loginSessionDuration": UNKNOWN})
    assert after(create, account, "LoginSessionDuration") == 6
    imported = planned(declared, {}, PLAIN, {**WITHOUT_HOURS, "loginSessionDuration": 24})
    assert after(imported, account, "LoginSessionDuration") == 24
    assert after(imported, account, "MFAOperationForLogin") == "mandatory"


@pytest.mark.parametrize("id_", ["", "1234567890123456"], ids=["that-updates", "alone"])
@pytest.mark.parametrize("declared", [WITHOUT_HOURS, {**GOOD, "operationForRiskLogin": ""}], ids=["left-out", "empty"])
def test_computed_outputs_tell_an_import_from_a_create(declared: dict[str, Any], id_: str) -> None:
    """The plugin leaves them out of a new resource. One before 1.287 updates only what changed."""
    resource = Declared(URN, declared, PROVIDER.replace("4_0_1", "3_103_0"))
    account = live(MFAOperationForLogin="adaptive", LoginNetworkMasks="10.0.0.0/8", LoginSessionDuration=24)
    create = planned(resource, {}, PLAIN, {**WITHOUT_HOURS, "id": ""})
    assert after(create, account, "LoginNetworkMasks") == "10.0.0.0/8"
    assert after(create, account, "LoginSessionDuration") == 6
    computed = {"loginSessionDuration": 24, "operationForRiskLogin": "autonomous", "id": id_}
    imported = planned(resource, {}, PLAIN, {**WITHOUT_HOURS, **computed})
    assert after(imported, account, "LoginNetworkMasks") == ""


def test_an_empty_id_alone_does_not_tell_an_import_from_a_create() -> None:
    change = planned(Declared(URN, EVERYTHING, PROVIDER), {}, PLAIN, {**EVERYTHING, "id": ""})
    assert change.operation == "create"
    assert change.perhaps_imported


def test_the_absence_of_a_setting_that_old_providers_do_not_know_does_not_prove_a_create() -> None:
    """An import by a provider before 3.77 sends the recorded enforceMfaForLogin, which may weaken MFA."""
    first = {key.pulumi: True for key in PREFERENCE_KEYS if key.api in FIRST_KEYS} | {
        "loginNetworkMasks": "10.0.0.0/8",
        "loginSessionDuration": 6,
    }
    resource = Declared(URN, first, PROVIDER.replace("4_0_1", "3_70_0"))
    change = planned(resource, {}, PLAIN, {**first, "id": ""})
    account = live(MFAOperationForLogin="adaptive", LoginSessionDuration=24)
    assert change.perhaps_imported
    assert isinstance(after(change, account, "MFAOperationForLogin"), Unknown)


EVERYTHING = {key.pulumi: True for key in PREFERENCE_KEYS} | GOOD


@pytest.mark.parametrize(
    ("more", "outputs", "protected", "expected"),
    [
        ({}, {**GOOD, "id": ""}, False, ("create", False)),
        ({}, {**EVERYTHING, "id": ""}, False, ("update", True)),
        ({"replaceOnChanges": ["*"]}, {**EVERYTHING, "id": ""}, False, ("update", True)),
        ({"replaceOnChanges": ["*"]}, None, False, ("update", True)),
        ({}, None, False, ("update", False)),
        ({"protect": True}, {**EVERYTHING, "id": ""}, True, ("update", False)),
        ({"protect": True}, {**EVERYTHING, "id": ""}, False, ("update", True)),
        ({}, {**EVERYTHING, "id": ""}, True, ("update", True)),
    ],
    ids=[
        "computed-left-out",
        "all-declared",
        "recorded",
        "unseen",
        "plain",
        "protected",
        "was-protected",
        "unprotected",
    ],
)
def test_an_empty_id_of_a_recorded_resource_shows_nothing(
    more: Any, outputs: Any, protected: bool, expected: tuple[str, bool]
) -> None:
    """The program may newly have replaceOnChanges, which policies do not see."""
    declared = {name: value for name, value in (outputs or EVERYTHING).items() if name != "id"}
    state = recorded(outputs={**EVERYTHING, "id": "1234567890123456"}, **more)
    change = planned(Declared(URN, declared, PROVIDER, protected=protected), state, PLAIN, outputs)
    assert (change.operation, change.perhaps_replaced) == expected


def test_a_program_that_names_no_hidden_option_updates() -> None:
    declared = Declared(URN, EVERYTHING, PROVIDER, hidden_options=False)
    state = recorded(outputs={**EVERYTHING, "id": "1234567890123456"})
    change = planned(declared, state, PLAIN, {**EVERYTHING, "id": ""})
    assert (change.operation, change.perhaps_replaced, change.perhaps_imported) == ("update", False, False)


STRONG: Final = {"MFAOperationForLogin": "mandatory", "LoginNetworkMasks": "10.0.0.0/8", "LoginSessionDuration": 6}


@pytest.mark.parametrize(
    ("id_", "change", "shown", "mfa"),
    [
        ("1234567890123456", {}, {"id": "7"}, "independent"),
        ("1234567890123456", {}, {"id": ""}, None),
        (
            "1234567890123456",
            {"loginSessionDuration": 12},
            {"operationForRiskLogin": "autonomous", "id": ""},
            "independent",
        ),
        ("1234567890123456", {"loginSessionDuration": 12}, {"id": ""}, "mandatory"),
        ("RamSecurityPreference", {"loginSessionDuration": 12}, {"id": ""}, None),
        ("1234567890123456", {}, {"id": "1234567890123456"}, "mandatory"),
    ],
    ids=["other-id", "no-difference", "read-anew", "plain-update", "older-id", "unchanged"],
)
def test_an_import_in_place_of_a_recorded_resource_sends_what_is_recorded_already(
    id_: str, change: dict[str, Any], shown: dict[str, Any], mfa: str | None
) -> None:
    """The account has drifted from WEAK to STRONG. A program that newly imports another id then sends what differs."""
    before = {**WEAK, "operationForRiskLogin": "enforceVerify", "id": id_}
    declared = {name: value for name, value in {**WEAK, **change}.items() if name != "id"}
    outputs = {**before, **declared, **shown}
    planning = planned(Declared(URN, declared, PROVIDER), recorded(id=id_, outputs=before), PLAIN, outputs)
    found = after(planning, live(**STRONG), "MFAOperationForLogin")
    assert found == mfa or (mfa is None and isinstance(found, Unknown))
    if mfa is None:
        assert "updates or replaces it is not shown to the policy pack" in found.reason


@pytest.mark.parametrize(("missing", "mfa"), [(True, None), (False, "mandatory")])
def test_a_setting_that_the_state_has_not_read_may_be_sent_again(missing: bool, mfa: str | None) -> None:
    """The provider compares with the outputs. An answer without the setting makes each deploy an update."""
    outputs = {name: value for name, value in WEAK.items() if not (missing and name == "mfaOperationForLogin")}
    inputs = {name: value for name, value in WEAK.items() if name != "id"}
    change = planned(Declared(URN, inputs, PROVIDER), recorded(inputs=inputs, outputs=outputs), PLAIN)
    found = after(change, live(**STRONG), "MFAOperationForLogin")
    assert found == mfa or (mfa is None and isinstance(found, Unknown))


@pytest.mark.parametrize(
    ("aliases", "command", "mfa"),
    [
        ((URN,), PLAIN, "adaptive"),
        (("urn:other", URN), PLAIN, "adaptive"),
        (("urn:other",), PLAIN, None),
        ((URN,), EngineCommand(targets=("**::new",)), "adaptive"),
        ((URN,), EngineCommand(targets=("**::other",)), "adaptive"),
    ],
    ids=["recorded", "second", "not-recorded", "target", "no-target"],
)
def test_a_renamed_resource_is_recorded_under_its_alias(
    aliases: tuple[str, ...], command: EngineCommand, mfa: str | None
) -> None:
    declared = Declared(URN.replace("::pref", "::new"), GOOD, PROVIDER, aliases=aliases)
    change = planned(declared, recorded(), command, {**GOOD, "id": "1234567890123456"})
    found = after(change, live(MFAOperationForLogin="adaptive"), "MFAOperationForLogin")
    assert found == mfa or (mfa is None and isinstance(found, Unknown))


def test_the_id_of_an_import_in_the_state_is_no_proof() -> None:
    state = {URN: {**recorded()[URN], "id": "1234567890123456"}}
    assert planned(Declared(URN, GOOD, PROVIDER), state, PLAIN).recorded_account == "1234567890123456"
    state[URN]["importID"] = "1234567890123456"
    change = planned(Declared(URN, GOOD, PROVIDER), state, PLAIN)
    assert (change.recorded_account, change.imported_account) == (None, "1234567890123456")


def test_a_replacement_may_send_what_an_update_does_not() -> None:
    weak = {**EVERYTHING, "mfaOperationForLogin": "independent", "loginSessionDuration": 24}
    declared = {**weak, "loginSessionDuration": 12}
    state = recorded(outputs={**weak, "id": "1234567890123456"})
    change = planned(Declared(URN, declared, PROVIDER), state, PLAIN, {**declared, "id": ""})
    found = after(change, live(MFAOperationForLogin="mandatory"), "MFAOperationForLogin")
    assert isinstance(found, Unknown)
    assert "updates or replaces it is not shown to the policy pack; run a refresh first" in found.reason
    assert after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin") == "independent"
    assert after(change, live(LoginSessionDuration=6), "LoginSessionDuration") == 12


def recorded(**more: Any) -> dict[str, Any]:
    """Return a state that has the resource as the program declares it."""
    outputs = {**GOOD, "id": "1234567890123456"}
    return {URN: {"urn": URN, "provider": f"{PROVIDER}::id", "inputs": GOOD, "outputs": outputs, **more}}


@pytest.mark.parametrize(
    ("command", "more", "outputs"),
    [
        (EngineCommand(replaced=("urn:**",)), {}, None),
        (PLAIN, {"taint": True}, None),
        (PLAIN, {"pendingReplacement": True}, None),
        (PLAIN, {}, {**GOOD, "id": UNKNOWN}),
        (PLAIN, {}, GOOD),
    ],
    ids=["--replace", "taint", "pending", "unknown-id", "no-id"],
)
def test_a_replacement_sends_everything(command: EngineCommand, more: Any, outputs: Any) -> None:
    change = planned(Declared(URN, GOOD, PROVIDER), recorded(**more), command, outputs)
    assert after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin") == "mandatory"


def test_a_resource_that_perhaps_is_replaced_repairs_no_drift() -> None:
    change = planned(Declared(URN, GOOD, PROVIDER), recorded(replaceOnChanges=["*"]), PLAIN)
    assert isinstance(after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin"), Unknown)


@pytest.mark.parametrize(
    ("refresh", "will_be"),
    [(True, "mandatory"), (False, "independent"), (None, None)],
    ids=["refresh", "plain", "unknown"],
)
def test_a_refresh_records_the_live_values(refresh: bool | None, will_be: str | None) -> None:
    outputs = {**GOOD, "id": "1234567890123456"}
    change = planned(Declared(URN, GOOD, PROVIDER), recorded(), EngineCommand(refresh=refresh), outputs)
    found = after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin")
    assert found == will_be or (will_be is None and isinstance(found, Unknown))


def test_hours_that_are_left_out_keep_the_refreshed_value() -> None:
    state = recorded(outputs={**GOOD, "id": "1234567890123456"})
    change = planned(Declared(URN, WITHOUT_HOURS, PROVIDER), state, EngineCommand(refresh=True))
    account = live(LoginSessionDuration=24, MFAOperationForLogin="independent", LoginNetworkMasks="10.0.0.0/8")
    assert after(change, account, "LoginSessionDuration") == 24


@pytest.mark.parametrize(
    ("command", "touched"),
    [
        (EngineCommand(targets=("urn:other",)), False),
        (EngineCommand(excludes=(URN,)), False),
        (EngineCommand(targets=("**::pref",)), True),
        (EngineCommand(targets=("urn:other",), dependents=True), None),
        (UNKNOWN_COMMAND, None),
        (EngineCommand(stored=True), False),
    ],
    ids=["other-target", "excluded", "target", "dependents", "unknown", "stored"],
)
def test_a_resource_that_the_run_leaves_out_does_nothing(command: EngineCommand, touched: bool | None) -> None:
    declared = Declared(URN, {**GOOD, "mfaOperationForLogin": "mandatory", "loginSessionDuration": 8}, PROVIDER)
    change = planned(declared, recorded(), command)
    found = after(change, live(LoginSessionDuration=24), "LoginSessionDuration")
    assert found == {True: 8, False: 24}.get(touched) if touched is not None else isinstance(found, Unknown)


def test_a_create_that_targets_leave_out_clears_nothing() -> None:
    change = planned(Declared(URN, {}, PROVIDER), {}, EngineCommand(targets=("**::other",), dependents=True), {})
    assert after(change, live(LoginNetworkMasks="10.0.0.0/8"), "LoginNetworkMasks") == "10.0.0.0/8"


def test_ignored_changes_are_planned_as_they_are_recorded() -> None:
    declared = Declared(URN, {"loginSessionDuration": 8}, PROVIDER, ignored=("loginNetworkMasks",))
    change = planned(declared, recorded(), PLAIN)
    assert after(change, live(LoginNetworkMasks="0.0.0.0/0"), "LoginNetworkMasks") == "10.0.0.0/8"


def test_an_update_resets_what_is_ignored_and_not_recorded() -> None:
    """Nothing is recorded of the masks, so nothing is sent, and the API opens the logon."""
    outputs = {name: value for name, value in GOOD.items() if name != "loginNetworkMasks"}
    declared = Declared(URN, {**outputs, "loginSessionDuration": 8}, PROVIDER, ignored=("loginNetworkMasks",))
    change = planned(declared, recorded(inputs=outputs, outputs=outputs), PLAIN)
    assert after(change, live(LoginNetworkMasks="10.0.0.0/8"), "LoginNetworkMasks") == ""


def test_an_import_leaves_what_is_ignored() -> None:
    declared = Declared(URN, {"loginSessionDuration": 6}, PROVIDER, ignored=("loginSessionDuration",))
    account = live(LoginSessionDuration=24, MFAOperationForLogin="adaptive")
    imported = planned(declared, {}, PLAIN, {"loginSessionDuration": 24, "mfaOperationForLogin": "adaptive"})
    assert after(imported, account, "LoginSessionDuration") == 24
    assert isinstance(after(planned(declared, {}, PLAIN), account, "LoginSessionDuration"), Unknown), "or a create"


def test_what_is_ignored_in_part_is_unknown() -> None:
    declared = Declared(
        URN, {**GOOD, "verificationTypes": ["sms", "email"]}, PROVIDER, ignored=("verificationTypes[0]",)
    )
    state = recorded(inputs={**GOOD, "verificationTypes": ["sms"]}, outputs={**GOOD, "verificationTypes": ["sms"]})
    assert planned(declared, state, PLAIN).effects()["VerificationTypes"].kind == "unknown"


def test_if_everything_is_ignored_the_provider_removes_what_the_program_never_declared() -> None:
    """The engine shows the recorded inputs. The provider ignores nothing, and compares them with the outputs."""
    declared = Declared(URN, GOOD, PROVIDER, ignored=("*",))
    account = live(VerificationTypes=["sms"], LoginNetworkMasks="10.0.0.0/8")
    unchanged = planned(declared, recorded(), PLAIN)
    assert after(unchanged, account, "LoginNetworkMasks") == "10.0.0.0/8"
    drifted = planned(declared, recorded(outputs={**GOOD, "verificationTypes": ["sms"]}), PLAIN)
    assert drifted.effects()["VerificationTypes"].value == []


@pytest.mark.parametrize("path", ["*", '["loginSessionDuration"]'])
def test_an_import_that_ignores_in_another_way_is_unknown(path: str) -> None:
    declared = Declared(URN, {"loginSessionDuration": 6}, PROVIDER, ignored=(path,))
    imported = planned(declared, {}, PLAIN, {"loginSessionDuration": 24, "mfaOperationForLogin": "adaptive"})
    assert isinstance(after(imported, live(LoginSessionDuration=24), "LoginSessionDuration"), Unknown)


IGNORING = Declared(
    URN, {**GOOD, "mfaOperationForLogin": "independent"}, PROVIDER, ignored=("mfaOperationForLogin", '["nested"]')
)
"""The engine shows the recorded value in place of the ignored one."""
WEAK = {**GOOD, "mfaOperationForLogin": "independent", "id": "1234567890123456"}


@pytest.mark.parametrize(
    ("more", "command", "outputs", "will_be"),
    [
        ({}, PLAIN, {**WEAK, "loginSessionDuration": 6}, "adaptive"),
        ({"pendingReplacement": True}, PLAIN, {**GOOD, "id": UNKNOWN}, "mandatory"),
        ({"pendingReplacement": True}, PLAIN, {**WEAK, "id": UNKNOWN}, "independent"),
        ({"pendingReplacement": True}, PLAIN, {**GOOD, "mfaOperationForLogin": UNKNOWN, "id": UNKNOWN}, None),
        ({"pendingReplacement": True}, PLAIN, None, None),
        ({}, PLAIN, {**GOOD, "id": UNKNOWN}, "mandatory"),
        ({"replaceOnChanges": ["*"]}, PLAIN, None, None),
        ({}, UNKNOWN_COMMAND, None, None),
    ],
)
def test_a_replacement_sends_what_an_update_ignores(
    more: dict[str, Any], command: EngineCommand, outputs: Any, will_be: str | None
) -> None:
    change = planned(IGNORING, recorded(outputs=WEAK, **more), command, outputs)
    found = after(change, live(MFAOperationForLogin="adaptive"), "MFAOperationForLogin")
    assert found == will_be or (will_be is None and isinstance(found, Unknown))


@pytest.mark.parametrize(("more", "command"), [({"taint": True}, PLAIN), ({}, EngineCommand(replaced=("urn:**",)))])
def test_a_targeted_replacement_ignores_no_change(more: dict[str, Any], command: EngineCommand) -> None:
    """The engine shows the policy what the program declares."""
    declared = Declared(URN, GOOD, PROVIDER, ignored=("mfaOperationForLogin",))
    change = planned(declared, recorded(outputs=WEAK, **more), replace(command, refresh=True), None)
    assert after(change, live(MFAOperationForLogin="adaptive"), "MFAOperationForLogin") == "mandatory"


def test_an_ignored_change_is_unknown_if_the_state_is() -> None:
    change = planned(IGNORING, None, PLAIN)
    assert isinstance(after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin"), Unknown)


def test_a_note_names_the_ignored_setting() -> None:
    change = planned(IGNORING, recorded(outputs=WEAK), EngineCommand(refresh=True), {**WEAK})
    effect = change.effects({"MFAOperationForLogin": "adaptive"})["MFAOperationForLogin"]
    assert effect.note == "pref ignores changes of mfaOperationForLogin, so the deploy does not send it"


@pytest.mark.parametrize(("outputs", "will_be"), [(None, None), ({**GOOD, "enforceMfaForLogin": True}, "mandatory")])
def test_a_replacement_sends_an_ignored_mfa_switch(outputs: Any, will_be: str | None) -> None:
    older = PROVIDER.replace("4_0_1", "3_80_0")
    declared = Declared(URN, {"enforceMfaForLogin": False}, older, ignored=("enforceMfaForLogin",))
    state = recorded(outputs={"enforceMfaForLogin": False}, pendingReplacement=True)
    change = planned(declared, state, PLAIN, outputs and {**outputs, "id": UNKNOWN, "mfaOperationForLogin": UNKNOWN})
    found = after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin")
    assert found == will_be or (will_be is None and isinstance(found, Unknown))


def test_a_plugin_from_elsewhere_is_unknown() -> None:
    declared = Declared(URN, GOOD, PROVIDER, {"pluginDownloadURL": "github://api.github.com/evil"})
    change = planned(declared, {}, PLAIN)
    found = after(change, live(MFAOperationForLogin="mandatory"), "MFAOperationForLogin")
    assert isinstance(found, Unknown)
    assert "github://api.github.com/evil" in found.reason


LIVE = {"MFAOperationForLogin": "adaptive", "LoginNetworkMasks": "192.168.0.0/16", "LoginSessionDuration": 24}


def _known(inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """Return the account after the deploy of a recorded resource, with None for unknown values."""
    recorded = {"urn": URN, "provider": f"{PROVIDER}::id", "id": "1500000000000001", "inputs": GOOD, "outputs": outputs}
    change = planned(Declared(URN, inputs, PROVIDER), {URN: recorded}, PLAIN)
    found = {key: after(change, live(**LIVE), key) for key in LIVE}
    return {key: None if isinstance(value, Unknown) else value for key, value in found.items()}


def test_an_unchanged_resource_repairs_nothing() -> None:
    assert _known(GOOD, GOOD) == LIVE


def test_the_older_mfa_switch_alone_sends_nothing() -> None:
    assert _known({**GOOD, "enforceMfaForLogin": True}, GOOD) == LIVE


@pytest.mark.parametrize("value", [UNKNOWN, {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}])
@pytest.mark.parametrize("outputs", [None, {"loginSessionDuration": 6, "loginNetworkMasks": "10.0.0.0/8"}])
def test_the_older_mfa_switch_may_be_off_if_its_value_is_not_shown(value: Any, outputs: dict[str, Any] | None) -> None:
    """Providers before 1.269 send it, and it was taken as true: a deploy that switches MFA off passed."""
    declared = Declared(
        URN, {"loginSessionDuration": 6, "enforceMfaForLogin": value}, PROVIDER.replace("4_0_1", "3_70_0")
    )
    change = planned(declared, {}, PLAIN, outputs)
    assert isinstance(after(change, live(MFAOperationForLogin="mandatory"), "MFAOperationForLogin"), Unknown)


def test_an_unknown_input_beside_an_unchanged_resource_proves_nothing() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert _known({**GOOD, "operationForRiskLogin": unknown}, GOOD) == {
        "MFAOperationForLogin": "adaptive",
        "LoginNetworkMasks": None,
        "LoginSessionDuration": None,
    }


def test_verification_types_that_are_left_out_are_an_update() -> None:
    assert _known(GOOD, {**GOOD, "verificationTypes": ["sms"]}) == {
        "MFAOperationForLogin": "adaptive",
        "LoginNetworkMasks": "10.0.0.0/8",
        "LoginSessionDuration": 6,
    }


def test_an_old_provider_clears_what_it_does_not_send() -> None:
    old = PROVIDER.replace("default_4_0_1", "default_3_100_0")
    recorded = {"urn": URN, "provider": f"{old}::id", "inputs": GOOD, "outputs": GOOD}
    change = planned(Declared(URN, {**GOOD, "mfaOperationForLogin": "adaptive"}, old), {URN: recorded}, PLAIN)
    assert after(change, live(**LIVE), "LoginNetworkMasks") == ""
    assert after(change, live(**LIVE), "LoginSessionDuration") == 6
