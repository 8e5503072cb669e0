"""What a deploy does with a declared SecurityPreference, from the recorded state."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.crossguard.planned import Declared, planned
from acctgate.model.planned_change import PlannedChange
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan import overlay

URN = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"
PROVIDER = "urn:pulumi:s::p::pulumi:providers:alicloud::default_4_0_1"
GOOD = {"mfaOperationForLogin": "mandatory", "loginNetworkMasks": "10.0.0.0/8", "loginSessionDuration": 6}
LOGIN = ("SecurityPreference", "LoginProfilePreference")


def live(**login: Any) -> Snapshot:
    """An account with these logon settings."""
    return Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": login}})


def after(change: PlannedChange, account: Snapshot, key: str) -> Any:
    """A logon setting after the deploy."""
    return overlay(account, [change]).read((*LOGIN, key))


def test_another_provider_version_repairs_no_drift() -> None:
    recorded = {"urn": URN, "provider": f"{PROVIDER.replace('4_0_1', '4_0_0')}::id", "inputs": GOOD, "outputs": GOOD}
    change = planned(Declared(URN, GOOD, PROVIDER), {URN: recorded})
    assert isinstance(after(change, live(MFAOperationForLogin="independent"), "MFAOperationForLogin"), Unknown)
    assert after(change, live(MFAOperationForLogin="mandatory"), "MFAOperationForLogin") == "mandatory"
    assert isinstance(after(change, live(LoginNetworkMasks=""), "LoginNetworkMasks"), Unknown)


@pytest.mark.parametrize(("hours", "will_be"), [(24, 24), (6, 6), (1, 6)])
def test_what_is_not_recorded_may_be_an_import(hours: int, will_be: int) -> None:
    inputs = {name: value for name, value in GOOD.items() if name != "loginSessionDuration"}
    change = planned(Declared(URN, inputs, PROVIDER), {})
    assert after(change, live(LoginSessionDuration=hours), "LoginSessionDuration") == will_be


LIVE = {"MFAOperationForLogin": "adaptive", "LoginNetworkMasks": "192.168.0.0/16", "LoginSessionDuration": 24}


def _known(inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """What the account is after the deploy of a recorded resource; None for what is unknown."""
    recorded = {"urn": URN, "provider": f"{PROVIDER}::id", "id": "1500000000000001", "inputs": GOOD, "outputs": outputs}
    change = planned(Declared(URN, inputs, PROVIDER), {URN: recorded})
    found = {key: after(change, live(**LIVE), key) for key in LIVE}
    return {key: None if isinstance(value, Unknown) else value for key, value in found.items()}


def test_an_unchanged_resource_repairs_nothing() -> None:
    assert _known(GOOD, GOOD) == LIVE


def test_the_older_mfa_switch_alone_sends_nothing() -> None:
    assert _known({**GOOD, "enforceMfaForLogin": True}, GOOD) == LIVE


def test_an_unknown_input_beside_an_unchanged_resource_proves_nothing() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert _known({**GOOD, "operationForRiskLogin": unknown}, GOOD) == {
        "MFAOperationForLogin": "adaptive", "LoginNetworkMasks": None, "LoginSessionDuration": None,
    }  # fmt: skip


def test_verification_types_that_are_left_out_are_an_update() -> None:
    assert _known(GOOD, {**GOOD, "verificationTypes": ["sms"]}) == {
        "MFAOperationForLogin": "adaptive", "LoginNetworkMasks": "10.0.0.0/8", "LoginSessionDuration": 6,
    }  # fmt: skip


def test_an_old_provider_clears_what_it_does_not_send() -> None:
    old = PROVIDER.replace("default_4_0_1", "default_3_100_0")
    recorded = {"urn": URN, "provider": f"{old}::id", "inputs": GOOD, "outputs": GOOD}
    change = planned(Declared(URN, {**GOOD, "mfaOperationForLogin": "adaptive"}, old), {URN: recorded})
    assert after(change, live(**LIVE), "LoginNetworkMasks") == ""
    assert after(change, live(**LIVE), "LoginSessionDuration") == 6
