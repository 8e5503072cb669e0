"""What each era of the provider sends."""

from __future__ import annotations

from typing import Any, Final

import pytest

from acctgate.language import in_language
from acctgate.model.effect import SECRET, UNKNOWN
from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider import Provider
from acctgate.model.provider_eras import (
    ERAS,
    ProviderEra,
)
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.overlay import overlay

FIRST, SECOND, THIRD, FOURTH = ERAS
MFA, HOURS, MASKS = "MFAOperationForLogin", "LoginSessionDuration", "LoginNetworkMasks"
LIVE: Final = {MFA: "adaptive", HOURS: 12, MASKS: "192.168.0.0/16", "EnableSaveMFATicket": True}
RECORDED: Final = {MFA: "independent", HOURS: 8, MASKS: "10.0.0.0/8", "EnableSaveMFATicket": True}


def _after(change: PlannedChange, key: str) -> Any:
    account = Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": LIVE}})
    value = overlay(account, [change]).read(("SecurityPreference", "LoginProfilePreference", key))
    return None if isinstance(value, Unknown) else value


def _update(*eras: ProviderEra, **given: Any) -> PlannedChange:
    declared = {MASKS: "10.0.0.0/8", HOURS: 8, "EnableSaveMFATicket": False}
    values: dict[str, Any] = {"declared": declared, "recorded": RECORDED, **given}
    return PlannedChange("this", "update", provider=Provider(eras=eras), **values)


@pytest.mark.parametrize(
    ("era", "after"),
    [
        (FIRST, {MASKS: "10.0.0.0/8", HOURS: 8, MFA: "independent", "EnableSaveMFATicket": False}),
        (SECOND, {MASKS: "10.0.0.0/8", HOURS: 8, MFA: "independent", "EnableSaveMFATicket": False}),
        (THIRD, {MASKS: "", HOURS: 6, MFA: "adaptive", "EnableSaveMFATicket": False}),
        (FOURTH, {MASKS: "10.0.0.0/8", HOURS: 8, MFA: "adaptive", "EnableSaveMFATicket": False}),
    ],
)
def test_an_update_of_another_setting(era: ProviderEra, after: dict[str, Any]) -> None:
    assert {key: _after(_update(era), key) for key in after} == after


def test_an_older_provider_is_named_by_its_limit() -> None:
    note = _update(THIRD).effects()[MASKS].note
    assert "provider before 1.287.0 sends login_network_masks only when it changes" in note
    assert "provider < 1.287.0 只在 login_network_masks 变化时才发送" in in_language(note, "zh")


@pytest.mark.parametrize(
    ("eras", "after"),
    [
        (ERAS, {MASKS: None, HOURS: None, MFA: None, "EnableSaveMFATicket": False}),
        ((THIRD, FOURTH), {MASKS: None, HOURS: None, MFA: "adaptive", "EnableSaveMFATicket": False}),
        ((SECOND, FOURTH), {MASKS: "10.0.0.0/8", HOURS: 8, MFA: None, "EnableSaveMFATicket": False}),
    ],
)
def test_what_eras_do_not_agree_on_is_unknown(eras: tuple[ProviderEra, ...], after: dict[str, Any]) -> None:
    assert {key: _after(_update(*eras), key) for key in after} == after
    note = _update(*eras).effects()[MFA if MFA in _update(*eras).effects() else MASKS].note
    assert "--lock-file" in note


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("enforce", "mode"), [(True, "mandatory"), (False, "independent")])
def test_the_older_mfa_switch_counts_where_it_is_sent(era: ProviderEra, enforce: bool, mode: str) -> None:
    recorded = {HOURS: 8, MASKS: "10.0.0.0/8"}
    declared = {HOURS: 8, MASKS: "10.0.0.0/8"}
    change = _update(era, declared=declared, recorded=recorded, dead=enforce, recorded_dead=not enforce)
    assert _after(change, MFA) == (mode if era.sends_enforce_mfa else "adaptive")
    assert _after(change, MASKS) == ("10.0.0.0/8" if era.sends_enforce_mfa else "192.168.0.0/16")
    assert change.sends_dead is era.sends_enforce_mfa


@pytest.mark.parametrize(
    ("era", "enforce", "mode"),
    [
        (FIRST, False, "adaptive"),
        (SECOND, False, "independent"),
        (SECOND, True, "mandatory"),
        (THIRD, False, "adaptive"),
    ],
)
def test_a_create_with_the_older_mfa_switch(era: ProviderEra, enforce: bool, mode: str) -> None:
    declared = {MASKS: "10.0.0.0/8", HOURS: 8}
    change = PlannedChange("this", "create", declared, dead=enforce, provider=Provider(eras=(era,)))
    assert _after(change, MFA) == mode


@pytest.mark.parametrize("enforce", [True, False, None])
def test_what_a_refresh_records_of_the_older_mfa_switch_is_unknown(enforce: bool | None) -> None:
    """Whether the account's answer has it is not known, and an update sends what is recorded."""
    login = {HOURS: 8, MASKS: "192.168.0.0/16", MFA: "mandatory"}
    change = _update(FIRST, declared={HOURS: 8}, recorded=login, dead=enforce, recorded_dead=enforce, refreshed=True)
    effect = change.effects(LIVE)[MFA]
    assert effect.kind == ("unknown" if enforce is None else "sets")


def test_both_mfa_switches_that_disagree_are_unknown() -> None:
    assert _after(_update(SECOND, declared={MFA: "adaptive", HOURS: 8}, dead=True), MFA) is None


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_recorded_mode_that_is_ignored_is_sent_beside_the_older_mfa_switch(refreshed: bool) -> None:
    """An import records the live mode, and its update sends that mode and the switch. Which wins is unknown."""
    recorded = {**RECORDED, MFA: "adaptive"}
    change = _update(SECOND, recorded=recorded, differs={HOURS: True}, dead=False, refreshed=refreshed)
    ignoring = change.ignoring([MFA])
    assert _after(ignoring, MFA) is None
    assert ignoring.effects(LIVE)[MFA].kind == "either"
    assert ignoring.effects({**LIVE, MFA: "independent"})[MFA].kind == "either"


@pytest.mark.parametrize("era", ERAS[1:])
def test_empty_texts_are_left_out(era: ProviderEra) -> None:
    create = PlannedChange("this", "create", {MFA: "", HOURS: 8, MASKS: "10.0.0.0/8"}, provider=Provider(eras=(era,)))
    assert _after(create, MFA) == "adaptive"
    assert 'gives "" for mfa_operation_for_login, which the provider takes as left out' in create.effects()[MFA].note


@pytest.mark.parametrize("value", [UNKNOWN, SECRET])
def test_a_value_that_is_not_shown_is_unknown_and_perhaps_no_update(value: Any) -> None:
    change = _update(FOURTH, declared={**RECORDED, "EnableSaveMFATicket": value})
    assert {key: _after(change, key) for key in ("EnableSaveMFATicket", MASKS, HOURS)} == {
        "EnableSaveMFATicket": None,
        MASKS: None,
        HOURS: None,
    }


@pytest.mark.parametrize("types", [None, []])
def test_verification_types_left_out_are_removed(types: list[str] | None) -> None:
    declared = {key: value for key, value in RECORDED.items() if key != "VerificationTypes"}
    declared |= {} if types is None else {"VerificationTypes": types}
    change = _update(FOURTH, declared=declared, recorded={**RECORDED, "VerificationTypes": ["sms"]})
    assert change.effects()["VerificationTypes"].value == []
    assert _after(change, MASKS) == "10.0.0.0/8"  # it is an update, which sends masks again


@pytest.mark.parametrize(("refreshed", "after"), [(False, False), (None, None), (True, True)])
def test_what_is_ignored_is_sent_as_it_is_recorded(refreshed: bool | None, after: bool | None) -> None:
    recorded = {**RECORDED, "EnableSaveMFATicket": False}
    change = _update(SECOND, refreshed=refreshed, recorded=recorded, differs={HOURS: True})
    assert _after(change.ignoring(["EnableSaveMFATicket"]), "EnableSaveMFATicket") is after
