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
