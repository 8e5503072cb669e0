"""Whether a data source that the engine shows has been read in this run, by this package."""

from __future__ import annotations

import base64
import pickletools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from acctgate.crossguard.source_types import ARGUMENTS, BATCH_READER, BATCH_TYPE, READ_AT, READER, SOURCES
from acctgate.crossguard.stack_accounts import StackResource, only_account

STARTED: Final = datetime.now(UTC)
"""When this process began: the engine starts the policy pack before the program."""
_PROVIDER: Final = "__provider"
"""The property in which Pulumi puts the pickled provider of a dynamic resource."""
_STRINGS: Final = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"})
_NO_EFFECT: Final = frozenset({"PROTO", "FRAME", "MEMOIZE"})
_INSTANCE: Final = ("STACK_GLOBAL", "EMPTY_TUPLE", "NEWOBJ")
"""The operations that make an instance of the class whose module and name are on the stack."""


class DeclaredSources:
    """The data sources of one run.

    With a dynamic resource that is not acctgate's, none of them proves anything: one process serves all of them, and
    code of the program that runs there can change what acctgate's reads.
    """

    def __init__(self, endpoint: str | None) -> None:
        """Begin a run. `endpoint` is the server that the pack itself reads from; None for Alibaba Cloud."""
        self._endpoint = endpoint
        self._genuine: set[str] = set()
        self._has_foreign_code = False
        self._declared: dict[str, StackResource] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._declared)

    def declare_dynamic(self, urn: str, *, genuine: bool) -> None:
        """Record a dynamic resource, and whether it has a provider of this package; see `is_genuine`."""
        if genuine:
            self._genuine.add(urn)
        else:
            self._has_foreign_code = True

    def declare(self, source: StackResource) -> StackResource:
        """Record a data source. Its inputs are what it has read. Return it as far as it proves anything."""
        self._declared[source.urn] = found = self._proven(source)
        return found

    def only_account(self) -> str | None:
        """Return the account that they have read, None if it is unknown or there are several."""
        return only_account(self._declared.values())

    def proven(self, stack: Iterable[StackResource]) -> list[StackResource]:
        """Return the data sources of a stack as far as they prove anything, with their inputs if they were declared."""
        return [self._proven(self._declared.get(each.urn, each)) for each in stack if each.type in SOURCES]

    def _proven(self, source: StackResource) -> StackResource:
        genuine = source.urn in self._genuine and not self._has_foreign_code
        return source if source.stale else proven(source, genuine=genuine, endpoint=self._endpoint)


def proven(resource: StackResource, *, genuine: bool, endpoint: str | None) -> StackResource:
    """Return a data source as far as it proves anything.

    One that was not read in this run, that code of the program may have made up, or that was read from a server which
    the program has chosen, has only its arguments: the pack reads the account that they select.

    Args:
        resource: The data source as the engine shows it for analysis, without its provider.
        genuine: Whether `is_genuine` is true of what the engine has shown for remediation, with its provider.
        endpoint: The server that the pack itself reads from; None for Alibaba Cloud.
    """
    ours = resource.properties.get("endpoint") in (None, "", endpoint)
    if genuine and ours and is_fresh(resource.properties):
        return resource
    arguments = {name: resource.properties[name] for name in ARGUMENTS if resource.properties.get(name)}
    if not ours:
        arguments.pop("endpoint", None)
    return replace(resource, properties=arguments, stale=True)


def is_fresh(properties: Mapping[str, Any], since: datetime = STARTED) -> bool:
    """Return whether the data source was read in this run. The engine reuses a recorded one without reading it."""
    try:
        return datetime.fromisoformat(str(properties.get(READ_AT))) >= since
    except (ValueError, TypeError):
        return False


def is_genuine(properties: Mapping[str, Any], kind: str) -> bool:
    """Return whether a dynamic resource has this package's provider, and not one of the program's own.

    The pickled provider is only looked at: to load it would run the program's code.

    Args:
        properties: The resource as the engine shows it for remediation.
        kind: The type of the resource.
    """
    try:
        pickled = base64.b64decode(str(properties.get(_PROVIDER)), validate=True)
        operations = [(code.name, argument) for code, argument, _ in pickletools.genops(pickled)]
    except ValueError:
        return False
    found = [argument if name in _STRINGS else (name,) for name, argument in operations if name not in _NO_EFFECT]
    return found == _provider_of(kind)


def _provider_of(kind: str) -> list[str | tuple[str]] | None:
    """Return the pickled provider of a type: its texts, and its operations, each in a tuple. None for other types."""
    if kind == BATCH_TYPE:
        return [*BATCH_READER, *((each,) for each in (*_INSTANCE, "STOP"))]
    if kind not in SOURCES:
        return None
    instance = [(each,) for each in (*_INSTANCE, "EMPTY_DICT")]
    return [*READER, *instance, "_name", SOURCES[kind].name, ("SETITEM",), ("BUILD",), ("STOP",)]
