"""What the alicloud provider does with its two resources for the password policy. Pure, apart from the calls.

Written from the provider's behaviour, apart from the prediction in `model.password_request`, so that one tests the
other. Properties have Pulumi's names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from acctgate.model.password_request import (
    ACCOUNT_PASSWORD_POLICY,
    API_DEFAULTS,
    LENGTH,
    PASSWORD_POLICY,
    PasswordResource,
)
from acctgate.sources.call_error import expect
from acctgate.sources.caller import Caller
from acctgate.sources.operations import IDENTITY, SET_PASSWORD_POLICY
from acctgate.sources.operations import PASSWORD_POLICY as GET_PASSWORD_POLICY

Properties = dict[str, Any]
_COMPUTED: Final = PASSWORD_POLICY.keys[LENGTH].pulumi


class PasswordStandIn:
    """One of the two resources."""

    def __init__(self, resource: PasswordResource) -> None:
        self._resource = resource
        self._names = {key: spelling.pulumi for key, spelling in resource.keys.items()}

    @property
    def defaults(self) -> Properties:
        """The values of inputs that a program omits."""
        return {self._names[key]: value for key, value in self._resource.defaults.items()}

    def changed(self, olds: Properties, news: Properties) -> list[str]:
        """Return the names that differ from the recorded state. To the provider, nothing, 0 and false are the same."""
        return [
            name
            for name in self._names.values()
            if (news.get(name) or None) != (olds.get(name) or None) and not (name == _COMPUTED and name not in news)
        ]

    def previewed(self, olds: Properties, news: Properties) -> Properties:
        """Return what a preview shows of the resource. `olds` is empty for a new one."""
        computed = {name: value for name, value in olds.items() if name == _COMPUTED}
        return {**computed, **news, "id": ""}

    def create(self, caller: Caller, news: Properties) -> Properties:
        """Create the resource, and return its state."""
        self._set(caller, {key: news[name] for key, name in self._names.items() if name in news})
        id_ = "ram-account-password-policy"
        if not self._resource.defaults:
            id_ = str(expect(IDENTITY, caller.call(IDENTITY), "AccountId", str))
        return self.read(caller, id_, news)

    def update(self, caller: Caller, id_: str, olds: Properties, news: Properties) -> Properties:
        """Update the resource, and return its state: all settings are sent, or those that have changed."""
        names = self.changed(olds, news)
        sent = {
            key: news.get(name, type(API_DEFAULTS[key])())
            for key, name in self._names.items()
            if name in names or self._resource.defaults
        }
        if names:
            self._set(caller, sent)
        return self.read(caller, id_, news)

    def read(self, caller: Caller, id_: str, recorded: Properties) -> Properties:
        """Return the state."""
        live = expect(GET_PASSWORD_POLICY, caller.call(GET_PASSWORD_POLICY), GET_PASSWORD_POLICY.answer_key, dict)
        return {"id": id_, **{name: live[key] for key, name in self._names.items() if key in live}}

    def delete(self, caller: Caller) -> None:
        """Delete the resource: one of the two resets the account."""
        if self._resource.defaults:
            self._set(caller, self._resource.defaults)

    def _set(self, caller: Caller, values: Mapping[str, Any]) -> None:
        caller.call(SET_PASSWORD_POLICY, {key: json.dumps(value) for key, value in values.items()})


STAND_INS: Final = {
    resource.pulumi: PasswordStandIn(resource) for resource in (PASSWORD_POLICY, ACCOUNT_PASSWORD_POLICY)
}
"""The resources by Pulumi's type."""
