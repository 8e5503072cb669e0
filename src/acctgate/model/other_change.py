"""Planned resources, other than a SecurityPreference, that change what rules judge.

A plan shows that such a resource changes, but rarely what the account's security report says afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.effect import FOREIGN, UNKNOWN, Effect, Operation
from acctgate.model.outcome import Place
from acctgate.model.password_request import API_DEFAULTS, RESOURCES, SECTION, PlannedPasswords, effects
from acctgate.model.planned_change import PlannedChange
from acctgate.model.planned_resource import PlannedResource
from acctgate.model.provider import Provider
from acctgate.model.resource_types import ACCESS_KEY, LOGIN_PROFILE, USER

_ADDITIONS: Final = frozenset({USER, LOGIN_PROFILE, ACCESS_KEY})
"""Types of which a new resource cannot make an account more secure."""
_VERBS: Final = {
    "create": Words("creates", "创建"),
    "update": Words("updates", "更新"),
    "delete": Words("deletes", "删除"),
}
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class OtherChange(PlannedResource):
    """One planned resource that is not a SecurityPreference."""

    kind: str
    """Terraform's type."""
    operation: Operation
    given: frozenset[str] = frozenset()
    """The arguments that have a value, known or not, by Terraform's names."""
    provider: Provider = field(default_factory=Provider)
    place: Place | None = None
    passwords: PlannedPasswords | None = None
    """The values of a password policy; None for other types, or if the plan does not show them."""
    foreign: str | None = None
    """Why this is perhaps not the alicloud provider's resource, so that its effects are unknown."""

    @property
    def recorded_account(self) -> str | None:
        """The ids of these resources name no account."""
        return None

    @property
    def perhaps_repairs(self) -> bool:
        """Whether the change can make the account more secure."""
        return self.operation != "create" or self.kind not in _ADDITIONS or self.foreign is not None

    def effects(self) -> dict[str, Effect]:
        """Return what the deploy does to each setting of the password policy that it touches."""
        resource = RESOURCES.get(self.kind)
        if resource is None or self.operation == "same":
            return {}
        if self.foreign is not None:
            note = fill(FOREIGN, self.name, self.foreign)
            return dict.fromkeys(API_DEFAULTS, Effect("unknown", None, note))
        unseen = PlannedPasswords(dict.fromkeys(resource.keys, UNKNOWN))
        return effects(resource, self.operation, self.passwords or unseen, self.name)

    def touches(self, setting: str) -> bool:
        """Return whether the deploy touches a setting of the password policy. Settings have the rules' names."""
        section, _, key = setting.partition(".")
        return section == SECTION and key in self.effects()

    def describe(self) -> str:
        """Return the resource and what happens to it, as part of a sentence."""
        verb = _VERBS.get(self.operation, Words("may change", "可能更改"))
        return Bilingual(f"the plan {verb.en} {self.name} ({self.kind})", f"计划{verb.zh} {self.name}（{self.kind}）")


Planned = PlannedChange | OtherChange
"""Anything in a plan that matters."""


def given_arguments(properties: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the properties that have a value, in Terraform's spelling."""
    return frozenset(_CAPITAL.sub("_", name).lower() for name, value in properties.items() if value is not None)


def is_effective(change: Planned) -> bool:
    """Return whether a planned change does anything to an account. Deleting a SecurityPreference does nothing."""
    return change.operation in ("create", "update") or (isinstance(change, OtherChange) and change.operation != "same")
