"""Whether a data source that the engine shows has been read in this run, by this package."""

from __future__ import annotations

import base64
import pickletools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from acctgate.crossguard.source_types import ARGUMENTS, READ_AT, READER, SourceType
from acctgate.crossguard.stack import StackResource

STARTED: Final = datetime.now(UTC)
"""When this process began: the engine starts the policy pack before the program."""
_PROVIDER: Final = "__provider"
"""The property in which Pulumi puts the pickled provider of a dynamic resource."""
_STRINGS: Final = ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8")
_INSTANCE: Final = ("STACK_GLOBAL", "EMPTY_TUPLE", "NEWOBJ", "EMPTY_DICT", "SETITEM", "BUILD", "STOP")
"""The operations that make an instance of a class and give it one attribute."""
_NO_EFFECT: Final = ("PROTO", "FRAME", "MEMOIZE")


def proven(resource: StackResource, *, genuine: bool) -> StackResource:
    """Return a data source as far as it proves anything.

    One that was not read in this run, or that a program's own provider has made up, has only its arguments: the pack
    reads the account that they select.

    Args:
        resource: The data source as the engine shows it for analysis, without its provider.
        genuine: Whether `is_genuine` is true of what the engine has shown for remediation, with its provider.
    """
    if genuine and is_fresh(resource.properties):
        return resource
    arguments = {name: resource.properties[name] for name in ARGUMENTS if resource.properties.get(name)}
    return replace(resource, properties=arguments, stale=True)


def is_fresh(properties: Mapping[str, Any], since: datetime = STARTED) -> bool:
    """Return whether the data source was read in this run. The engine reuses a recorded one without reading it."""
    try:
        return datetime.fromisoformat(str(properties.get(READ_AT))) >= since
    except (ValueError, TypeError):
        return False


def is_genuine(properties: Mapping[str, Any], source: SourceType) -> bool:
    """Return whether this package's provider has read the data source, and not a program's own of the same type.

    The pickled provider is only looked at: to load it would run the program's code.
    """
    try:
        pickled = base64.b64decode(str(properties.get(_PROVIDER)), validate=True)
        operations = [(code.name, argument) for code, argument, _ in pickletools.genops(pickled)]
    except ValueError:
        return False
    strings = [argument for name, argument in operations if name in _STRINGS]
    others = [name for name, _ in operations if name not in _STRINGS and name not in _NO_EFFECT]
    return strings == [*READER, "_name", source.name] and others == list(_INSTANCE)
