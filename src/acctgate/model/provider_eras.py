"""How the alicloud provider's versions differ in what they send for a SecurityPreference.

Source: the provider's history, and each Pulumi provider's go.mod. All behaviour that depends on the version is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Version = tuple[int, ...]
Update = Literal["every attribute", "every value", "changes", "changes, masks and session"]
"""What an update sends: all attributes of that time; those that have a value; what changed; or that and, always, masks
and session duration."""


@dataclass(frozen=True, slots=True)
class ProviderEra:
    """A range of versions that behave alike."""

    terraform: Version
    """The first version of the Terraform provider."""
    pulumi: Version
    """The first version of the Pulumi provider."""
    update: Update
    sends_enforce_mfa: bool = False
    """Whether `enforce_mfa_for_login` is sent. Later providers accept it and do nothing."""
    creates_with_false: bool = False
    """Whether a create sends `enforce_mfa_for_login = false`. An update always does where the attribute is sent."""
    id_is_account: bool = True
    """Whether the resource's recorded id is the account's id."""


ERAS: Final = (
    ProviderEra((1, 0), (0, 0), "every attribute", sends_enforce_mfa=True, id_is_account=False),
    ProviderEra((1, 248), (3, 77), "every value", sends_enforce_mfa=True, creates_with_false=True),
    ProviderEra((1, 269), (3, 93), "changes"),
    ProviderEra((1, 287), (3, 106), "changes, masks and session"),
)
"""All eras, the oldest first."""
NEWEST: Final = ERAS[-1:]

_ATTRIBUTES_SINCE: Final[dict[str, Version]] = {
    "allow_user_to_login_with_passkey": (1, 248),
    "allow_user_to_manage_personal_ding_talk": (1, 248),
    "mfa_operation_for_login": (1, 248),
    "operation_for_risk_login": (1, 248),
    "verification_types": (1, 248),
    "max_idle_days_for_access_keys": (1, 269),
    "max_idle_days_for_users": (1, 269),
}
"""The version that introduced an attribute. Source: its code. The documentation says 1.268 for the last two."""
_LAST_MINOR: Final = 999
_CONSTRAINT: Final = re.compile(r"(=|!=|>=|<=|~>|>|<)?\s*v?(\d{1,6}(?:\.\d{1,6}){0,2})", re.ASCII)
_VERSION: Final = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})(?:[-+].*)?", re.ASCII)


def parse_version(text: object) -> Version | None:
    """Return the numbers of a version such as "1.289.0", or None if the text is not a version."""
    match = _VERSION.fullmatch(text) if isinstance(text, str) else None
    return tuple(map(int, match[1].split("."))) if match else None


def terraform_eras(version: Version) -> tuple[ProviderEra, ...]:
    """Return the era of a version of the Terraform provider."""
    return (next(era for era in reversed(ERAS) if era.terraform <= version or era is ERAS[0]),)


def pulumi_eras(version: Version) -> tuple[ProviderEra, ...]:
    """Return the era of a version of the Pulumi provider."""
    return (next(era for era in reversed(ERAS) if era.pulumi <= version or era is ERAS[0]),)


def eras_since(era: ProviderEra) -> tuple[ProviderEra, ...]:
    """Return an era and all later ones."""
    return ERAS[ERAS.index(era) :]


def eras_of_constraints(constraints: Iterable[str]) -> tuple[ProviderEra, ...]:
    """Return the eras that Terraform's version constraints allow; all of them if a constraint cannot be read."""
    parts = [part.strip() for constraint in constraints for part in constraint.split(",") if part.strip()]
    matches = [_CONSTRAINT.fullmatch(part) for part in parts]
    if any(match is None for match in matches):
        return ERAS
    limits = [(match[1] or "=", parse_version(match[2]) or ()) for match in matches if match]
    named = {_padded(version) for _, version in limits}
    near = {(a, b, max(c + step, 0)) for a, b, c in named for step in (-1, 0, 1)}
    versions = near | {(1, minor, 0) for minor in range(_LAST_MINOR)} | {(2, 0, 0)}
    allowed = [version for version in versions if all(_allows(*limit, version) for limit in limits)]
    return _in_order(era for version in allowed for era in terraform_eras(version)) or ERAS


def satisfies(version: Version, constraints: Iterable[str]) -> bool:
    """Return whether a version satisfies Terraform's constraints. A constraint that cannot be read does not count."""
    for part in (part.strip() for constraint in constraints for part in constraint.split(",")):
        match = _CONSTRAINT.fullmatch(part)
        if match and not _allows(match[1] or "=", parse_version(match[2]) or (), _padded(version)):
            return False
    return True


def eras_of_attributes(attributes: Iterable[str], *, complete: bool) -> tuple[ProviderEra, ...]:
    """Return the eras of the providers that have these Terraform attributes.

    Args:
        attributes: The names.
        complete: Whether all attributes of the resource are named, so that a missing one narrows the versions too.
    """
    names = set(attributes)
    first = max((since for name, since in _ATTRIBUTES_SINCE.items() if name in names), default=(1, 0))
    before = min((since for name, since in _ATTRIBUTES_SINCE.items() if name not in names), default=None)
    eras = [era for era, following in _with_next() if following is None or first < following]
    if complete and before is not None and first < before:
        eras = [era for era in eras if era.terraform < before]
    return _in_order(eras)


def _with_next() -> Iterable[tuple[ProviderEra, Version | None]]:
    return zip(ERAS, [era.terraform for era in ERAS[1:]] + [None], strict=True)


def _in_order(eras: Iterable[ProviderEra]) -> tuple[ProviderEra, ...]:
    found = set(eras)
    return tuple(era for era in ERAS if era in found)


def _padded(version: Version) -> tuple[int, int, int]:
    major, minor, patch = (*version, 0, 0, 0)[:3]
    return major, minor, patch


def _allows(operator: str, limit: Version, version: Version) -> bool:
    wanted = _padded(limit)
    match operator:
        case "=":
            return version == wanted
        case "!=":
            return version != wanted
        case ">":
            return version > wanted
        case ">=":
            return version >= wanted
        case "<":
            return version < wanted
        case "<=":
            return version <= wanted
    return version >= wanted and version[: len(limit) - 1] == wanted[: len(limit) - 1]  # ~>: the last number may grow
