"""What a deploy does to an account's SecurityPreference, and how that is put into words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from acctgate.model.outcome import Place
from acctgate.model.preference_keys import BY_SETTING, DEAD_PROPERTY, DEAD_SETTING, DEFAULT_HOURS, PREFERENCE_KEYS
from acctgate.model.preference_request import (
    HOURS,
    LEAVES,
    MASKS,
    MODES,
    SECRET,
    UNKNOWN,
    Alternative,
    Alternatives,
    Marker,
    Operation,
    Reason,
    Resource,
    possible_values,
)
from acctgate.model.provider_eras import NEWEST, ProviderEra
from acctgate.redact import one_line
from acctgate.text import show

__all__ = [
    "HOURS",
    "LEAVES",
    "MASKS",
    "SECRET",
    "UNKNOWN",
    "Effect",
    "Marker",
    "Operation",
    "PlannedChange",
    "Provider",
]

_PULUMI_NAMES: Final = {"": DEAD_PROPERTY[0], **{key.api: key.pulumi for key in PREFERENCE_KEYS}}
_TERRAFORM_NAMES: Final = {"": DEAD_PROPERTY[1], **{key.api: key.terraform for key in PREFERENCE_KEYS}}
_ROLE_ACCOUNT: Final = re.compile(r"acs:ram::(\d+):role/", re.ASCII)
_ACCOUNT_ID: Final = re.compile(r"[1-9]\d{9,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider of a resource: it decides which account the deploy goes to, and what is sent."""

    name: str = "default"
    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    unknown: bool = False
    """Whether the plan does not show something that decides about the account."""
    hint: str = field(default="", compare=False)
    """What is not known, and the remedy."""
    account: str | None = None
    """The account that the provider's `account_id` names."""
    credentials: str | None = None
    """Credentials, other than a profile, whose account the plan does not show, such as "the ECS role x"."""
    version: str = field(default="", compare=False)
    """The version or the range of versions, for messages; empty if it is unknown."""
    eras: tuple[ProviderEra, ...] = field(default=NEWEST, compare=False)
    """How the provider may behave: one era if its version is known."""

    @property
    def account_id(self) -> str | None:
        """The account of the assumed role, or None if no role is known."""
        match = _ROLE_ACCOUNT.match(self.role_arn or "")
        return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Effect:
    """What the deploy does to one setting."""

    kind: Literal["sets", "unknown", "either", "leaves"]
    """sets it; sets it to an unknown value; sets it to one of several values, where LEAVES is the live one; or
    leaves it as it is, although the program declares it."""
    value: Any
    note: str


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One planned SecurityPreference. Settings have the API's names."""

    address: str
    """The resource: Pulumi's URN or Terraform's address."""
    operation: Operation
    declared: Mapping[str, Any]
    """What the program declares; a `Marker` for a value that the plan does not show."""
    recorded: Mapping[str, Any] | None = None
    """What the state records, or None if it is unknown."""
    dead: Any = None
    """The value that the program gives for enforceMfaForLogin, or None."""
    provider: Provider = field(default_factory=Provider)
    perhaps_imported: bool = False
    """Whether what looks like a create may be an import, which records the live values and updates what differs."""
    place: Place | None = None
    """Where the program declares it, or None if the plan does not show that."""
    recorded_dead: Any = None
    """What the state records for enforceMfaForLogin."""
    differs: Mapping[str, bool | None] = field(default_factory=dict)
    """Whether a setting differs from the recorded state, if the plan shows that but not the value."""
    recorded_id: str | None = None
    """The resource's id in the state."""
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
    def name(self) -> str:
        """The resource's name for people."""
        return one_line(self.address.rsplit("::", 1)[-1])

    @property
    def recorded_account(self) -> str | None:
        """The account that the recorded id names, or None."""
        id_ = self.recorded_id or ""
        return id_ if _ACCOUNT_ID.fullmatch(id_) else None

    def spelled(self, key: str) -> str:
        """Return the program's name for a setting."""
        return (_PULUMI_NAMES if "::" in self.address else _TERRAFORM_NAMES)[key]

    @property
    def dead_name(self) -> str:
        """The program's name for enforceMfaForLogin."""
        return self.spelled("")

    def touches(self, setting: str) -> bool:
        """Return whether the program declares a setting or the deploy changes it. Settings have the rules' names."""
        if setting == DEAD_SETTING:
            return self.dead is not None and self.sends_dead is not True
        return setting in BY_SETTING and BY_SETTING[setting].api in self.effects()

    def changes(self, setting: str) -> bool:
        """Return whether the deploy itself sets the setting, or for enforceMfaForLogin, whether the program does."""
        if setting not in BY_SETTING:
            return self.touches(setting)
        effect = self.effects().get(BY_SETTING[setting].api)
        return effect is not None and effect.kind in ("sets", "unknown")

    def ignoring(self, keys: Collection[str], *, dead: bool = False, partly: Collection[str] = ()) -> PlannedChange:
        """Return the change without what the engine ignores, so that an update leaves these settings as recorded.

        An update leaves out what is not recorded, and a provider that sends all settings then resets it.

        Args:
            keys: The settings whose changes are ignored.
            dead: Whether changes of enforceMfaForLogin are ignored.
            partly: Those of them of which only a part is ignored: what an update makes of them is unknown.
        """
        values = dict.fromkeys(keys, LEAVES if self.refreshed else UNKNOWN)
        if self.refreshed is False and self.recorded is not None:
            values = {key: self.recorded[key] for key in keys if key in self.recorded}
        values |= dict.fromkeys(partly, UNKNOWN)
        same = dict.fromkeys(keys, False) | dict.fromkeys(partly)
        rest = {key: value for key, value in self.declared.items() if key not in keys}
        return replace(
            self,
            declared={**rest, **values},
            differs={**self.differs, **same},
            ignored=self.ignored | frozenset(keys),
            dead=None if dead else self.dead,
        )

    @property
    def sends_dead(self) -> bool | None:
        """Whether the provider sends enforceMfaForLogin; None if that depends on its version."""
        found = {era.sends_enforce_mfa for era in self.provider.eras}
        return found.pop() if len(found) == 1 else None

    def effects(self, *live: Mapping[str, Any]) -> dict[str, Effect]:
        """Return what the deploy does to each setting that it touches or that the program declares.

        Args:
            live: What the live values may be when a refresh or an import records them, as far as they are known. By
                default any values.
        """
        if self.operation == "delete":
            return {}
        if self.foreign is not None and self.operation != "same":
            note = f"what {self.name} does is unknown: {self.foreign}"
            return {key.api: Effect("unknown", None, note) for key in PREFERENCE_KEYS}
        worlds = self._worlds(self.provider.eras, *live)
        if self.deferred:
            worlds.append({})
        keys = dict.fromkeys(key for world in worlds for key in world)
        untouched = [Alternative(LEAVES, Reason.UNCHANGED)]
        found = {key: [each for world in worlds for each in world.get(key, untouched)] for key in keys}
        for key in self.perhaps_recorded & found.keys():
            if live and all(_is_looser(key, self.declared.get(key), values.get(key)) for values in live):
                found[key] = [each for each in found[key] if each.value is not LEAVES]
        return {key: self._effect(key, _distinct(alternatives)) for key, alternatives in found.items()}

    def _worlds(self, eras: tuple[ProviderEra, ...], *live: Mapping[str, Any]) -> list[Alternatives]:
        """Return what each operation, recorded state and provider that is possible may make of each setting."""
        resource = Resource(
            self.declared, self.recorded, self.differs, self.dead, self.recorded_dead, self.perhaps_recorded
        )
        as_live = dict.fromkeys((key.api for key in PREFERENCE_KEYS), LEAVES)
        # Whether the account's answer has the older MFA switch is not known, so neither is what a refresh records.
        unread = replace(resource, recorded_enforce_mfa=UNKNOWN)
        refreshed = [replace(unread, recorded=as_live | dict(values)) for values in live or ({},)]
        states = {True: refreshed, False: [resource], None: [resource, *refreshed]}[self.refreshed]
        worlds = [world for each in states for world in possible_values(each, self.operation, eras)]
        if not self.perhaps_imported:
            return worlds
        left = dict.fromkeys(self.ignored, LEAVES)
        same = dict.fromkeys(self.ignored, False)
        imports = [replace(each, declared={**each.declared, **left}, differs=same) for each in refreshed]
        return worlds + [world for each in imports for world in possible_values(each, "update", eras)]

    def _effect(self, key: str, alternatives: Sequence[Alternative]) -> Effect:
        if any(isinstance(each.value, Marker) for each in alternatives):
            return Effect("unknown", None, self._unknown_note(alternatives))
        first = alternatives[0]
        if len(alternatives) > 1:
            return Effect("either", tuple(each.value for each in alternatives), self._either_note(key, alternatives))
        if first.value is LEAVES:
            return Effect("leaves", self.declared.get(key), self._leaves_note(key, first.reason))
        return Effect("sets", first.value, self._note(key, first))

    def _unknown_note(self, alternatives: Sequence[Alternative]) -> str:
        marked = next(each for each in alternatives if isinstance(each.value, Marker))
        if marked.reason is Reason.RECORDED:
            return f"{self.name} sends the recorded value again, which is not known"
        return f"{self.name} sets it to {marked.value.value}"

    def _leaves_note(self, key: str, reason: Reason) -> str:
        if key in self.ignored:
            return f"{self.name} ignores changes of {self.spelled(key)}, so the deploy does not send it"
        value = self.declared.get(key)
        shown = value.value if isinstance(value, Marker) else show(value)
        if reason is Reason.EMPTY or (value == "" and key != MASKS):
            return f'{self.name} gives "" for {self.spelled(key)}, which the provider takes as left out'
        if reason is Reason.NO_CALL:
            return f"{self.name} declares {shown}, but the deploy does not send it: the update sends nothing"
        drift = "the deploy does not send it, since the recorded state has this value already; run a refresh first"
        return f"{self.name} declares {shown}, but {drift}"

    def _note(self, key: str, alternative: Alternative) -> str:
        match alternative.reason:
            case Reason.LEFT_OUT | Reason.NOT_SENT if key in (MASKS, HOURS):
                return self._default_note(key, alternative.reason)
            case Reason.LEFT_OUT:
                return f"{self.name} leaves out {self.spelled(key)}, which removes it"
            case Reason.RECORDED:
                return f"{self.name} leaves it out and so sends the recorded value again"
            case Reason.ENFORCE:
                return f"{self.name} sends {self.dead_name}, which decides about MFA"
        return f"planned by {self.name}"

    def _default_note(self, key: str, reason: Reason) -> str:
        does = "opens console logon to every network"
        if key == HOURS:
            does = f"puts the session back to {DEFAULT_HOURS} hours"
        if reason is Reason.NOT_SENT:
            version = self.provider.version or "before 1.287.0"
            why = f"provider {version} sends {self.spelled(key)} only when it changes; upgrade to 1.287.0 or later"
        else:
            empties = "empties" if key in self.declared else "leaves out"
            why = f"{self.name} {empties} {self.spelled(key)}" + (", which clears it" if key == MASKS else "")
        return f"this deploy itself {does}: {why}"

    def _either_note(self, key: str, alternatives: Sequence[Alternative]) -> str:
        values = [each for each in alternatives if each.value is not LEAVES]
        if self.deferred:
            why = "this run perhaps leaves it out" if "::" in self.address else "the plan defers it to a later run"
            return f"{self.name} declares {show(values[0].value)}, but {why}"
        if len(self.provider.eras) > 1 and self._eras_disagree(key):
            version = f" ({self.provider.version})" if self.provider.version else ""
            shown = " or ".join("the live value" if each.value is LEAVES else show(each.value) for each in alternatives)
            pulumi = "make the preview with --show-sames, which shows it"
            remedy = pulumi if "::" in self.address else "pin the provider, or name its lock file with --lock-file"
            depends = f"depending on the provider's version, which is not known{version}"
            return f"{self.name} leaves {shown}, {depends}; {remedy}"
        unsent = "whether the deploy sends it depends on the recorded state, which is not known"
        if "::" in self.address and self.recorded is None:
            unsent += "; name the deployed stack with --stack"
        if key in self.perhaps_recorded:
            depends = "whether the deploy sends it depends on the recorded outputs, which a saved plan does not contain"
            unsent = f"{depends}; use `pulumi preview --json`"
        if self.perhaps_imported:
            unsent = f"an import leaves it as it is; declare {self.spelled(key)}"
        if values[0].reason in (Reason.LEFT_OUT, Reason.NOT_SENT) and key in (MASKS, HOURS):
            return f"{self._note(key, values[0])}; {unsent}"
        return f"{self.name} declares {' or '.join(show(each.value) for each in values)}; {unsent}"

    def _eras_disagree(self, key: str) -> bool:
        untouched = [Alternative(LEAVES, Reason.UNCHANGED)]
        found = [
            [show_alternative(each) for world in self._worlds((era,)) for each in _distinct(world.get(key, untouched))]
            for era in self.provider.eras
        ]
        return any(each != found[0] for each in found)


def _is_looser(mode: str, declared: object, live: object) -> bool:
    values = MODES[mode]
    return declared in values and live in values and values.index(declared) < values.index(live)


def show_alternative(alternative: Alternative) -> str:
    """Return a text that identifies an alternative."""
    return f"{type(alternative.value).__name__} {alternative.value}"


def _distinct(alternatives: Sequence[Alternative]) -> list[Alternative]:
    return list({show_alternative(each): each for each in reversed(alternatives)}.values())[::-1]
