"""What a provider sends to SetSecurityPreference, and what the account's settings are after that call.

A setting has alternatives if the recorded state or the provider's version is unknown. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from acctgate.model.effect import LEAVES, UNKNOWN, Marker, Operation
from acctgate.model.preference_keys import HOURS, LEFT_OUT, MASKS, PREFERENCE_KEYS
from acctgate.model.provider_eras import ProviderEra

MFA: Final = "MFAOperationForLogin"
VERIFICATION: Final = "VerificationTypes"
OPTIONAL: Final = (MASKS, VERIFICATION)
"""Settings that are not computed: a program that leaves one out removes it."""
MODES: Final = {MFA: ("independent", "adaptive", "mandatory"), "OperationForRiskLogin": ("autonomous", "enforceVerify")}
"""Computed settings that are a text, with their values, the loosest first. An empty text is not sent."""
FIRST_KEYS: Final = frozenset(
    {
        "EnableSaveMFATicket",
        HOURS,
        MASKS,
        "AllowUserToChangePassword",
        "AllowUserToManageAccessKeys",
        "AllowUserToManageMFADevices",
    }
)
"""The settings that the oldest providers know."""


class Reason(Enum):
    """Why a setting has a value after the deploy."""

    DECLARED = "declared"
    UNCHANGED = "the recorded state has the declared value already"
    EMPTY = "an empty text counts as left out"
    LEFT_OUT = "left out, which the API takes as its default"
    NOT_SENT = "the provider sends only what changed, and the API takes the rest as its default"
    RECORDED = "the recorded value is sent again"
    NO_CALL = "nothing changes that the provider sends"
    ENFORCE = "enforceMfaForLogin is sent"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A value that a setting may have after the deploy, or LEAVES, or a marker."""

    value: Any
    reason: Reason


@dataclass(frozen=True, slots=True)
class Resource:
    """A planned SecurityPreference, as far as it decides what is sent."""

    declared: Mapping[str, Any]
    recorded: Mapping[str, Any] | None
    """What the state records, None if it is unknown. LEAVES is the live value."""
    differs: Mapping[str, bool | None] = field(default_factory=dict)
    """Whether a setting differs from the recorded one, if the plan shows that but not the value. None: unknown."""
    enforce_mfa: Any = None
    recorded_enforce_mfa: Any = None
    perhaps_recorded: frozenset[str] = frozenset()
    """Settings that differ from the recorded inputs, but perhaps not from the outputs."""


Alternatives = dict[str, list[Alternative]]
UNCHANGED: Final = Alternative(LEAVES, Reason.UNCHANGED)


def possible_values(resource: Resource, operation: Operation, eras: tuple[ProviderEra, ...]) -> list[Alternatives]:
    """Return what each era's provider may make of each setting, for each operation that is possible."""
    operations: tuple[Operation, ...] = ("create", "update", "same") if operation == "unknown" else (operation,)
    return [_alternatives(resource, each, era) for each in operations for era in eras]


def _alternatives(resource: Resource, operation: Operation, era: ProviderEra) -> Alternatives:
    match operation:
        case "create":
            return dict(_create(resource, era))
        case "update":
            return dict(_update(resource, era))
    return {key: [UNCHANGED] for key in resource.declared}


def _create(resource: Resource, era: ProviderEra) -> Iterator[tuple[str, list[Alternative]]]:
    declared = resource.declared
    for key, value in declared.items():
        reason = Reason.EMPTY if _is_empty(value) else Reason.DECLARED
        yield key, [Alternative(LEAVES if reason is Reason.EMPTY else value, reason)]
    for key, default in LEFT_OUT.items():
        if _is_empty(declared.get(key, "")):
            yield key, [Alternative(default, Reason.LEFT_OUT)]
    if era.sends_enforce_mfa and (resource.enforce_mfa or (era.creates_with_false and resource.enforce_mfa is False)):
        yield MFA, _with_enforce(declared.get(MFA) or None, resource.enforce_mfa)


def _update(resource: Resource, era: ProviderEra) -> Iterator[tuple[str, list[Alternative]]]:
    """Return what an update does to each setting. The provider makes a call only if a value that it sends changes."""
    called = _any(differs(resource, key) for key in _sent_keys(resource, era))
    if era.sends_enforce_mfa:
        called = _any((called, _enforce_differs(resource)))
    if_called = dict(_called(resource, era)) if called is not False else {}
    for key in dict.fromkeys((*resource.declared, *if_called)):
        found = list(if_called.get(key, ()))
        if called is not True or key not in if_called:
            unsent = Reason.NO_CALL if called is False and differs(resource, key) is not False else Reason.UNCHANGED
            if not (found and _is_recorded_live(resource, key)):
                found.append(Alternative(LEAVES, unsent))
        yield key, found


def _called(resource: Resource, era: ProviderEra) -> Iterator[tuple[str, list[Alternative]]]:
    if era.update in ("every attribute", "every value"):
        yield from _send_all(resource, era)
        return
    for key in _sent_keys(resource, era):
        if key in LEFT_OUT and era.update != "changes":
            yield key, _planned(resource, key)
            continue
        match differs(resource, key):
            case True if key not in resource.perhaps_recorded:
                yield key, _planned(resource, key)
            case True:
                yield key, [*_planned(resource, key), *_unsent(key)]
            case None:
                planned, unsent = _planned(resource, key), _unsent(key)
                # A live value that is recorded and does not differ is the planned one.
                same = unsent[0].value is LEAVES and _is_recorded_live(resource, key)
                yield key, planned if same else [*planned, *unsent]
            case False if key in resource.declared or key in LEFT_OUT:
                yield key, _unsent(key)


def _unsent(key: str) -> list[Alternative]:
    """Return the effect on a setting that a call omits."""
    if key in LEFT_OUT:
        return [Alternative(LEFT_OUT[key], Reason.NOT_SENT)]
    return [UNCHANGED]


def _send_all(resource: Resource, era: ProviderEra) -> Iterator[tuple[str, list[Alternative]]]:
    """Return what providers send that send every setting again: the planned and the recorded values."""
    for key in _sent_keys(resource, era):
        planned = _planned(resource, key)
        if planned[0].value is not LEAVES or key in resource.declared:
            yield key, planned
    enforce = resource.enforce_mfa if resource.enforce_mfa is not None else resource.recorded_enforce_mfa
    if era.update == "every attribute" or enforce is not None:
        [mode] = _planned(resource, MFA) if era.update == "every value" else [Alternative(None, Reason.RECORDED)]
        # What is recorded as the live value is sent; what is not recorded is not.
        unset = mode.value is None or (mode.value is LEAVES and (resource.recorded or {}).get(MFA) is None)
        if enforce is None and resource.recorded is None:
            enforce = UNKNOWN
        yield MFA, _with_enforce(None if unset else mode.value, enforce or False)


def _with_enforce(mode: Any, enforce: Any) -> list[Alternative]:
    """Return what the older MFA switch does to the newer setting. If both are sent, which one wins is unknown."""
    sent = enforce if isinstance(enforce, Marker) else "mandatory" if enforce else "independent"
    older = Alternative(sent, Reason.ENFORCE)
    return [older] if mode is None or mode == sent else [Alternative(mode, Reason.DECLARED), older]


def _planned(resource: Resource, key: str) -> list[Alternative]:
    """Return a setting after an update: the declared value, or else the recorded one."""
    value = resource.declared.get(key)
    if value is not None and not (_is_empty(value) and key not in OPTIONAL):
        return [Alternative("" if key == MASKS and _is_empty(value) else value, Reason.DECLARED)]
    if key in OPTIONAL:
        return [Alternative("" if key == MASKS else [], Reason.LEFT_OUT)]
    if resource.recorded is None:
        return [Alternative(UNKNOWN, Reason.RECORDED)]
    recorded = resource.recorded.get(key)
    if recorded is None:
        return [Alternative(UNKNOWN if key == HOURS else LEAVES, Reason.RECORDED)]
    return [Alternative(recorded, Reason.RECORDED)]


def _sent_keys(resource: Resource, era: ProviderEra) -> list[str]:
    keys = [key.api for key in PREFERENCE_KEYS]
    return [key for key in keys if key in FIRST_KEYS] if era.update == "every attribute" else keys


def differs(resource: Resource, key: str) -> bool | None:
    """Whether the provider sees a change. A computed setting that is left out has none."""
    if key in resource.differs:
        return resource.differs[key]
    value = resource.declared.get(key)
    if key not in OPTIONAL and (value is None or _is_empty(value)):
        return False
    if resource.recorded is None or isinstance(value, Marker):
        return None
    before = resource.recorded.get(key)
    if isinstance(before, Marker) or before is LEAVES:
        return None
    if before is None and key not in OPTIONAL and not value:
        return None  # to the provider's SDK, nothing and false are the same
    return bool(_comparable(before) != _comparable(value))


def _is_recorded_live(resource: Resource, key: str) -> bool:
    return resource.recorded is not None and resource.recorded.get(key) is LEAVES


def _enforce_differs(resource: Resource) -> bool | None:
    if resource.enforce_mfa is None:
        return False
    if resource.recorded is None or isinstance(resource.recorded_enforce_mfa, Marker):
        return None
    if not isinstance(resource.enforce_mfa, bool):
        return None
    return bool(resource.recorded_enforce_mfa) != resource.enforce_mfa


def _comparable(value: Any) -> Any:
    """Normalize a value as the provider compares it: lists are sets, empty equals absent, and True differs from 1."""
    if isinstance(value, list):
        return ("list", sorted(map(str, value))) if value else None
    return (type(value), value) if value not in (None, "") else None


def _is_empty(value: Any) -> bool:
    return value in ("", [])


def _any(values: Iterator[bool | None] | tuple[bool | None, ...]) -> bool | None:
    found = set(values)
    return True if True in found else None if None in found else False
