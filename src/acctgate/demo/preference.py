"""What the alicloud provider does with its SecurityPreference. What each version sends: `sent`.

Properties have Pulumi's names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from acctgate.demo.sent import ENFORCE, NOT_COMPUTED, changed, created, updated
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.provider_eras import ProviderEra
from acctgate.sources.call_error import expect
from acctgate.sources.caller import Caller
from acctgate.sources.operations import IDENTITY, PREFERENCE, SET_PREFERENCE

Properties = dict[str, Any]
_OLDEST_ID: Final = "RamSecurityPreference"
_ABSENT: Final[Properties] = {
    "allowUserToLoginWithPasskey": False,
    "maxIdleDaysForUsers": 0,
    "maxIdleDaysForAccessKeys": 0,
    "verificationTypes": [],
}
"""What the real provider records for settings that the API's response omits."""


class PreferenceStandIn:
    """The resource, as the versions of an era treat it."""

    def __init__(self, era: ProviderEra) -> None:
        self._era = era

    def changed(self, olds: Properties, news: Properties) -> list[str]:
        """Return the names that differ from the recorded state."""
        return changed(self._era, olds, news)

    def previewed(self, olds: Properties, news: Properties) -> Properties:
        """Return what a preview shows of the resource. `olds` is empty for a new one."""
        if not olds:  # the real plugin leaves out what is not known yet
            return {**{name: value for name, value in news.items() if value not in ("", [])}, "id": ""}
        computed = {name: value for name, value in olds.items() if name not in NOT_COMPUTED}
        declared = {name: value for name, value in news.items() if value != "" or name in NOT_COMPUTED}
        return {**computed, **declared, "id": ""}

    def create(self, caller: Caller, news: Properties) -> Properties:
        """Create the resource, and return its state."""
        caller.call(SET_PREFERENCE, _parameters(created(self._era, news)))
        id_ = _OLDEST_ID
        if self._era.id_is_account:
            id_ = expect(IDENTITY, caller.call(IDENTITY), "AccountId", str)
        return self.read(caller, id_, news)

    def update(self, caller: Caller, id_: str, olds: Properties, news: Properties) -> Properties:
        """Update the resource, and return its state."""
        sent = updated(self._era, olds, news)
        if sent is not None:
            caller.call(SET_PREFERENCE, _parameters(sent))
        return self.read(caller, id_, {**olds, **news})

    def read(self, caller: Caller, id_: str, recorded: Properties) -> Properties:
        """Return the state. A value that the API does not return is as recorded."""
        preference = expect(PREFERENCE, caller.call(PREFERENCE), "SecurityPreference", dict)
        values = {key.pulumi: preference.get(key.group, {}).get(key.api) for key in PREFERENCE_KEYS}
        state = {name: _ABSENT.get(name) if value is None else value for name, value in values.items()}
        state[ENFORCE] = recorded.get(ENFORCE, False)
        if self._era.sends_enforce_mfa:  # it reads the older MFA switch, and records false without one
            state[ENFORCE] = preference.get("LoginProfilePreference", {}).get("EnforceMFAForLogin", False)
        return {"id": id_, **{name: value for name, value in state.items() if value is not None}}


def _parameters(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters of SetSecurityPreference."""
    found = {key.api: properties[key.pulumi] for key in PREFERENCE_KEYS if properties.get(key.pulumi) is not None}
    if ENFORCE in properties:
        found["EnforceMFAForLogin"] = properties[ENFORCE]
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items()}
