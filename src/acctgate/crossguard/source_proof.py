"""Whether a data source that the engine shows is acctgate's own, and has been read in this run."""

from __future__ import annotations

import base64
import binascii
import pickletools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from acctgate.crossguard.source_types import ARGUMENTS, READ_AT, SOURCES, SourceType
from acctgate.crossguard.stack import StackResource
from acctgate.redact import one_line

STARTED: Final = datetime.now(UTC)
"""When this process began: the engine starts the policy pack before the program."""
_READER: Final = ("acctgate.crossguard.source_reader", "SourceReader", "_name")


def proven(resource: StackResource) -> StackResource:
    """Return a data source as far as it proves anything, and any other resource as it is.

    One that only looks like a data source has an error in place of values. One that was not read in this run has only
    its arguments.
    """
    source = SOURCES.get(resource.type)
    if source is None:
        return resource
    arguments = {name: resource.properties[name] for name in ARGUMENTS if resource.properties.get(name)}
    if not is_own(source, resource.properties):
        name = one_line(resource.urn.rsplit("::", 1)[-1])
        message = f"{name} is not acctgate's data source: its provider is another one"
        return replace(resource, properties={"error": {"code": "LookAlike", "message": message}})
    if is_fresh(resource.properties):
        return resource
    return replace(resource, properties=arguments, stale=True)


def is_own(source: SourceType, properties: Mapping[str, Any]) -> bool:
    """Return whether the resource's provider is acctgate's reader.

    A program can declare a dynamic resource of the same type with a provider of its own. The provider is pickled into
    the resource: acctgate's is a reference to its class, and nothing else.
    """
    pickled = properties.get("__provider")
    if not isinstance(pickled, str):
        return False
    try:
        operations = list(pickletools.genops(base64.b64decode(pickled, validate=True)))
    except (ValueError, binascii.Error):
        return False
    words = [word for operation, word, _ in operations if isinstance(word, str)]
    code = {operation.name for operation, _, _ in operations} & {"REDUCE", "INST", "OBJ", "EXT1", "EXT2", "EXT4"}
    return not code and " ".join(words) == " ".join((*_READER, source.name))


def is_fresh(properties: Mapping[str, Any], since: datetime = STARTED) -> bool:
    """Return whether the data source was read in this run. The engine reuses a recorded one without reading it."""
    try:
        return datetime.fromisoformat(str(properties.get(READ_AT))) >= since
    except (ValueError, TypeError):
        return False
