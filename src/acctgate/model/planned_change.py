"""What a deploy would do to an account's SecurityPreference, and what of it the provider really sends.

Source: the alicloud provider as of July 2026. A create sends only what is set, and the API clears masks and puts
the session back to 6 hours where they are left out. An update sends what differs from the recorded state, and
always masks (left out: cleared) and session duration (left out: as recorded). A delete sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

from acctgate.model.outcome import Place
from acctgate.model.preference_keys import BY_SETTING, DEAD_PROPERTY, DEAD_SETTING, DEFAULT_HOURS, PREFERENCE_KEYS
from acctgate.redact import one_line
from acctgate.text import show

MASKS: Final = "LoginNetworkMasks"
HOURS: Final = "LoginSessionDuration"
_PULUMI_NAMES: Final = {"": DEAD_PROPERTY[0], **{key.api: key.pulumi for key in PREFERENCE_KEYS}}
_TERRAFORM_NAMES: Final = {"": DEAD_PROPERTY[1], **{key.api: key.terraform for key in PREFERENCE_KEYS}}
_ROLE_ACCOUNT: Final = re.compile(r"acs:ram::(\d+):role/", re.ASCII)

Operation = Literal["create", "update", "delete", "same", "unknown"]
"""What the deploy does with the resource. A replacement is a create: the delete before it sends nothing."""


class Marker(Enum):
    """Stands in the place of a value that the plan does not tell. Its own value says why."""

    UNKNOWN = "a value that is known only after the deploy"
    SECRET = "a secret value"  # noqa: S105


UNKNOWN: Final = Marker.UNKNOWN
SECRET: Final = Marker.SECRET


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider that a resource belongs to: it decides which account the deploy goes to."""

    name: str = "default"
    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    unknown: bool = False
    """Whether something that decides about the account is known only after the deploy."""

    @property
    def account_id(self) -> str | None:
        """The account of the assumed role, None where there is none."""
        match = _ROLE_ACCOUNT.match(self.role_arn or "")
        return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Effect:
    """What the deploy does to one setting."""

    kind: Literal["sets", "unknown", "perhaps", "longest", "leaves"]
    """sets it; sets it to something unknown; sets it if it is sent, which is not known; leaves
    the longer of it and the live one; or leaves it as it is, although the program declares it."""
    value: Any
    note: str


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One planned SecurityPreference. Settings have the API's names."""

    address: str
    """The resource: Pulumi's URN or Terraform's address."""
    operation: Operation
    declared: Mapping[str, Any]
    """What the program declares; a `Marker` for what the plan does not tell."""
    recorded: Mapping[str, Any] | None = None
    """What the state file records, None where it is not known."""
    dead: Any = None
    """What the program gives for enforceMfaForLogin, which the provider ignores. None where it gives nothing."""
    provider: Provider = field(default_factory=Provider)
    perhaps_imported: bool = False
    """Whether what looks like a create may be an import, which sends nothing."""
    place: Place | None = None
    """Where the program declares it, None where the plan does not tell."""

    @property
    def name(self) -> str:
        """The resource's name for people."""
        return one_line(self.address.rsplit("::", 1)[-1])

    def spelled(self, key: str) -> str:
        """How the program calls a setting."""
        return (_PULUMI_NAMES if "::" in self.address else _TERRAFORM_NAMES)[key]

    @property
    def dead_name(self) -> str:
        """How the program calls enforceMfaForLogin."""
        return self.spelled("")

    def touches(self, setting: str) -> bool:
        """Return whether the program declares a setting or the deploy changes it. Settings have the rules' names."""
        if setting == DEAD_SETTING:
            return self.dead is not None
        return setting in BY_SETTING and BY_SETTING[setting].api in self.effects()

    def changes(self, setting: str) -> bool:
        """Return whether the deploy itself sets the setting, or for enforceMfaForLogin, whether the program does."""
        if setting not in BY_SETTING:
            return self.touches(setting)
        effect = self.effects().get(BY_SETTING[setting].api)
        return effect is not None and effect.kind in ("sets", "unknown")

    def effects(self) -> dict[str, Effect]:
        """What the deploy does to each setting that it touches or that the program declares."""
        if self.operation == "delete":
            return {}
        return dict(self._effects())

    def _effects(self) -> Iterator[tuple[str, Effect]]:
        for key, value in self.declared.items():
            yield key, self._declared(key, value)
        if self.operation == "same":
            return
        if not self.declared.get(MASKS):  # to the provider, empty is left out
            does = "empties" if MASKS in self.declared else "leaves out"
            cleared = f"{self.name} {does} {self.spelled(MASKS)}, which clears it"
            kind: Literal["sets", "perhaps"] = "perhaps" if self.operation == "unknown" else "sets"
            yield MASKS, Effect(kind, "", f"this deploy itself opens console logon to every network: {cleared}")
        if HOURS not in self.declared:
            yield HOURS, self._left_out_hours()

    def _declared(self, key: str, value: Any) -> Effect:
        if self.operation == "same":
            return self._left_alone(value)
        if isinstance(value, Marker):
            return Effect("unknown", None, f"{self.name} sets it to {value.value}")
        if self.operation == "create" or (self.operation == "update" and key in (MASKS, HOURS)):
            return Effect("sets", value, f"planned by {self.name}")
        before = None if self.recorded is None else self.recorded.get(key)
        if self.operation == "unknown" or self.recorded is None or isinstance(before, Marker):
            unsent = "whether the deploy sends it depends on the recorded state, which is not known"
            return Effect("perhaps", value, f"{self.name} declares {show(value)}; {unsent}")
        if before != value or type(before) is not type(value):
            return Effect("sets", value, f"planned by {self.name}")
        return self._left_alone(value)

    def _left_alone(self, value: Any) -> Effect:
        drift = "the deploy does not send it, since the recorded state says so already; run a refresh first"
        shown = value.value if isinstance(value, Marker) else show(value)
        return Effect("leaves", value, f"{self.name} declares {shown}, but {drift}")

    def _left_out_hours(self) -> Effect:
        if self.operation in ("create", "unknown"):
            left_out = f"{self.name} leaves out {self.spelled(HOURS)}"
            note = f"this deploy itself puts the session back to {DEFAULT_HOURS} hours: {left_out}"
            if self.operation == "unknown":
                return Effect("perhaps", DEFAULT_HOURS, note)
            return Effect("longest" if self.perhaps_imported else "sets", DEFAULT_HOURS, note)
        recorded = (self.recorded or {}).get(HOURS)
        if recorded is None or isinstance(recorded, Marker):
            return Effect("unknown", None, f"{self.name} keeps the recorded duration, which is not known")
        return Effect("sets", recorded, f"{self.name} leaves it out and so sends the recorded value again")
