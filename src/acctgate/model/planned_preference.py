"""One planned SecurityPreference, and what providers may make of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from acctgate.model.effect import LEAVES, UNKNOWN, Operation
from acctgate.model.outcome import Place
from acctgate.model.planned_resource import PlannedResource
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS
from acctgate.model.preference_request import UNCHANGED, Alternative, Alternatives, Resource, possible_values
from acctgate.model.provider import Provider
from acctgate.model.provider_eras import ProviderEra

_PULUMI_NAMES: Final = {"": DEAD_PROPERTY[0], **{key.api: key.pulumi for key in PREFERENCE_KEYS}}
_TERRAFORM_NAMES: Final = {"": DEAD_PROPERTY[1], **{key.api: key.terraform for key in PREFERENCE_KEYS}}
_ACCOUNT_ID: Final = re.compile(r"[1-9]\d{9,19}", re.ASCII)
"""The id of a resource is stricter than other fields: an import may give any text, and a short number is no account."""


@dataclass(frozen=True, slots=True)
class PlannedPreference(PlannedResource):
    """One planned SecurityPreference, as far as a plan shows it. Settings have the API's names."""

    operation: Operation
    declared: Mapping[str, Any]
    """What the program declares; a `Marker` for a value that the plan does not show."""
    recorded: Mapping[str, Any] | None = None
    """What the state records, or None if it is unknown."""
    dead: Any = None
    """The value that the program gives for enforceMfaForLogin, or None."""
    provider: Provider = field(default_factory=Provider)
    perhaps_imported: bool = False
    """Whether what looks like a create or an update may be an import, which records the live values and updates what
    differs."""
    perhaps_replaced: bool = False
    """Whether what looks like an update may be a replacement, which sends all that is declared."""
    place: Place | None = None
    """Where the program declares it, or None if the plan does not show that."""
    recorded_dead: Any = None
    """What the state records for enforceMfaForLogin."""
    differs: Mapping[str, bool | None] = field(default_factory=dict)
    """Whether a setting differs from the recorded state, if the plan shows that but not the value."""
    recorded_id: str | None = None
    """The resource's id in the state."""
    imported: bool = False
    """Whether this deploy may import it, so that its id is what the program or a person gives."""
    refreshed: bool | None = False
    """Whether the engine reads the account first, so that the live values are the recorded ones. None: not known."""
    deferred: bool = False
    """Whether this run perhaps leaves it to a later one."""
    perhaps_recorded: frozenset[str] = frozenset()
    """Modes that differ from the recorded inputs, but perhaps not from the outputs, so that they are perhaps not sent.
    One that is looser than the live value counts as sent."""
    ignored: frozenset[str] = frozenset()
    """Settings whose changes the engine ignores (ignoreChanges)."""
    foreign: str | None = None
    """Why this is perhaps not the alicloud provider's resource, so that its effects are unknown."""

    @property
    def recorded_account(self) -> str | None:
        """The account that the recorded id names, or None."""
        return None if self.imported else self._named_account

    @property
    def imported_account(self) -> str | None:
        """The account in the id of an import, or None. It proves nothing: the provider does not compare it."""
        return self._named_account if self.imported else None

    @property
    def _named_account(self) -> str | None:
        return self.recorded_id if _ACCOUNT_ID.fullmatch(self.recorded_id or "") else None

    def spelled(self, key: str) -> str:
        """Return the program's name for a setting."""
        return (_PULUMI_NAMES if self.is_pulumi else _TERRAFORM_NAMES)[key]

    @property
    def dead_name(self) -> str:
        """The program's name for enforceMfaForLogin."""
        return self.spelled("")

    @property
    def sends_dead(self) -> bool | None:
        """Whether the provider sends enforceMfaForLogin; None if that depends on its version."""
        found = {era.sends_enforce_mfa for era in self.provider.eras}
        return found.pop() if len(found) == 1 else None

    def scenarios(self, eras: tuple[ProviderEra, ...], *live: Mapping[str, Any]) -> list[Alternatives]:
        """Return what each operation, recorded state and provider that is possible may make of each setting."""
        resource = Resource(
            self.declared, self.recorded, self.differs, self.dead, self.recorded_dead, self.perhaps_recorded
        )
        as_live = dict.fromkeys((key.api for key in PREFERENCE_KEYS), LEAVES)
        # Whether the account's answer has the older MFA switch is not known, so neither is what a refresh records.
        unread = replace(resource, recorded_enforce_mfa=UNKNOWN)
        refreshed = [replace(unread, recorded=as_live | dict(values)) for values in live or ({},)]
        states = {True: refreshed, False: [resource], None: [resource, *refreshed]}[self.refreshed]
        scenarios = [scenario for each in states for scenario in possible_values(each, self.operation, eras)]
        if self.perhaps_replaced:
            scenarios += possible_values(resource, "create", eras)
        if not self.perhaps_imported:
            return scenarios
        left = dict.fromkeys(self.ignored, LEAVES)
        same = dict.fromkeys(self.ignored, False)
        imports = [replace(each, declared={**each.declared, **left}, differs=same) for each in refreshed]
        return scenarios + [scenario for each in imports for scenario in possible_values(each, "update", eras)]

    def depends_on_version(self, key: str) -> bool:
        """Return whether the versions of the provider that are possible do different things to a setting."""
        if len(self.provider.eras) == 1:
            return False
        found = set()
        for era in self.provider.eras:
            scenarios = [distinct(scenario.get(key, [UNCHANGED])) for scenario in self.scenarios((era,))]
            found.add(tuple(_identity(each) for alternatives in scenarios for each in alternatives))
        return len(found) > 1


def _identity(alternative: Alternative) -> str:
    """Return a text that identifies an alternative."""
    return f"{type(alternative.value).__name__} {alternative.value}"


def distinct(alternatives: Sequence[Alternative]) -> list[Alternative]:
    """Return the alternatives without repetitions, each with the first reason."""
    return list({_identity(each): each for each in reversed(alternatives)}.values())[::-1]
