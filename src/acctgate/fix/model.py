"""A proposal: the resources that make an account satisfy a policy, and the manual steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from acctgate.model.outcome import Level
from acctgate.model.password_request import PASSWORD_POLICY, PasswordKey
from acctgate.model.preference_keys import PREFERENCE_TERRAFORM, PREFERENCE_TYPE, PreferenceKey


@dataclass(frozen=True, slots=True)
class DeclaredSetting:
    """One setting of a proposed resource."""

    key: PreferenceKey | PasswordKey
    value: str | int | bool | list[str]
    why: str
    repairs: str | None = None
    """The rule that it repairs. None if it only keeps the present value."""


class ResourceType(NamedTuple):
    """A type of resource that can be proposed."""

    name: str
    """The name of the proposed resource."""
    pulumi: str
    """Pulumi's type."""
    terraform: str
    """Terraform's type."""
    note: str
    """What to know about it."""

    @property
    def title(self) -> str:
        """The name of its class in Pulumi's packages."""
        return self.pulumi.rpartition(":")[2]


PREFERENCE: Final = ResourceType(
    "security-preference",
    PREFERENCE_TYPE,
    PREFERENCE_TERRAFORM,
    "An account has one SecurityPreference. If a program already declares it, put these settings there, keep its "
    "others, and refresh before you deploy: an update sends only what differs from the recorded state.",
)
PASSWORDS: Final = ResourceType(
    "password-policy",
    PASSWORD_POLICY.pulumi,
    PASSWORD_POLICY.terraform,
    "An account has one password policy. If a program already declares it, as PasswordPolicy or as "
    "AccountPasswordPolicy, put these settings there instead.",
)


class ProposedResource(NamedTuple):
    """A resource to declare."""

    type: ResourceType
    settings: tuple[DeclaredSetting, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A finding that no resource repairs."""

    rule: str
    level: Level
    message: str
    expected: str
    remediation: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The proposal that makes an account satisfy a policy."""

    account: str | None
    alias: str | None
    policy: str
    settings: tuple[DeclaredSetting, ...] = ()
    """The settings of the SecurityPreference. Empty if there is none."""
    cautions: tuple[str, ...] = ()
    """Warnings to read before the resources are deployed."""
    withheld: str | None = None
    """Why there is no SecurityPreference although some settings do not comply."""
    steps: tuple[Step, ...] = ()
    passwords: tuple[DeclaredSetting, ...] = ()
    """The settings of the password policy. Empty if there is none."""
    age_notice: str | None = None
    """A note about the age of the snapshot, None if it is not old."""

    @property
    def resources(self) -> tuple[ProposedResource, ...]:
        """The resources to declare."""
        found = ((PREFERENCE, self.settings), (PASSWORDS, self.passwords))
        return tuple(ProposedResource(kind, settings) for kind, settings in found if settings)
