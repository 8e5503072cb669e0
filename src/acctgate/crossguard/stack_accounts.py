"""The accounts that the data sources of a stack have read: resources in, snapshots out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from acctgate.crossguard.source_types import ARGUMENTS, SOURCES
from acctgate.model.api_error import ApiError
from acctgate.model.judged_by import ReadAs
from acctgate.model.sections import OPERATIONS, SETTINGS_SECTIONS
from acctgate.model.snapshot import Snapshot
from acctgate.plan.pulumi_values import is_unknown
from acctgate.redact import without_secrets

_LISTS: Final = frozenset({"CompliancePackReports", "ConfigRuleCompliances"})
"""Sections that list compliance packs: several data sources may read some of them each."""


@dataclass(frozen=True, slots=True)
class StackResource:
    """A resource as the engine shows it to a policy, its properties as plain JSON values."""

    type: str
    urn: str
    properties: dict[str, Any]
    stale: bool = False
    """Whether it is a data source that this run has not read."""


@dataclass(slots=True)
class StackAccount:
    """One account that data sources of a stack have read."""

    snapshot: Snapshot
    urns: dict[str, str]
    """Section → the data source that read it."""


@dataclass(slots=True)
class _Gathered:
    account_id: str | None = None
    sections: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, ApiError] = field(default_factory=dict)
    urns: dict[str, str] = field(default_factory=dict)


def accounts(resources: Iterable[StackResource], endpoint: str | None = None) -> list[StackAccount]:
    """Return the accounts that the stack's data sources have read, in the order of their first data source.

    Data sources belong together if they have read the same account. One that does not know its account belongs to
    those with the same arguments.

    Args:
        resources: The resources of the stack.
        endpoint: The server that the data sources have read from; None for Alibaba Cloud.
    """
    sources = [(each, whole_numbers(each.properties)) for each in resources if each.type in SOURCES]
    known = {_arguments(values): values["account_id"] for _, values in sources if is_known(values.get("account_id"))}
    found: dict[tuple[str, ...], _Gathered] = {}
    for resource, values in sources:
        read = values.get("account_id")
        account_id = read if is_known(read) else known.get(_arguments(values))
        gathered = found.setdefault((account_id,) if account_id else _arguments(values), _Gathered(account_id))
        for section in SOURCES[resource.type].sections:
            gathered.urns.setdefault(section, resource.urn)
            _add(gathered, section, values)
    return [_account(gathered, endpoint) for gathered in found.values()]


def whole_numbers(value: Any) -> Any:
    """Return the value with 6 for 6.0: the engine knows only floats."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    return value


def is_known(value: object) -> TypeGuard[str]:
    """Return whether a value is text that the engine knows already."""
    return isinstance(value, str) and bool(value) and not is_unknown(value)


def only_account(sources: Iterable[StackResource]) -> str | None:
    """Return the account that data sources have read, None if it is unknown or there are several."""
    found = {account for each in sources if is_known(account := each.properties.get("account_id"))}
    return found.pop() if len(found) == 1 else None


def _arguments(values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(values.get(name) or "") for name in ARGUMENTS)


def _add(gathered: _Gathered, section: str, values: dict[str, Any]) -> None:
    if is_unknown(values):
        gathered.errors[section] = _error("UnknownValue", "the data source is known only after the deploy")
        return
    if isinstance(values.get("errors"), dict):
        gathered.errors |= values["errors"]
    if gathered.account_id is None and isinstance(values.get("identity_error"), dict):
        gathered.errors["account_id"] = values["identity_error"]
    if isinstance(values.get("error"), dict):
        gathered.errors[section] = values["error"]
        return
    value = values.get(section)
    if section in _LISTS and isinstance(value, list):
        packs = gathered.sections.setdefault(section, [])
        packs += [pack for pack in value if pack not in packs]
    elif section in gathered.sections and gathered.sections[section] != value:
        gathered.errors[section] = _error("Conflict", "two data sources have read different values")
    elif value is not None:
        gathered.sections[section] = value


def _account(gathered: _Gathered, endpoint: str | None) -> StackAccount:
    for section in set(gathered.errors) & (OPERATIONS.keys() - _LISTS):
        gathered.sections.pop(section, None)
    for section in SETTINGS_SECTIONS:
        if section not in gathered.sections and section not in gathered.errors:
            gathered.errors[section] = _error("NotRead", "no data source in the stack reads it")
    document = {"version": 1, "errors": gathered.errors, **without_secrets(gathered.sections)}
    if gathered.account_id:
        document["account_id"] = gathered.account_id
    return StackAccount(Snapshot.from_document(document, ReadAs("stack", endpoint=endpoint)), gathered.urns)


def _error(code: str, message: str) -> ApiError:
    return {"code": code, "message": message}
