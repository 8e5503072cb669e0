"""Whether a data source that the engine shows has been read in this run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from acctgate.crossguard.source_types import ARGUMENTS, READ_AT, SOURCES
from acctgate.crossguard.stack import StackResource

STARTED: Final = datetime.now(UTC)
"""When this process began: the engine starts the policy pack before the program."""


def proven(resource: StackResource) -> StackResource:
    """Return a data source as far as it proves anything, and any other resource as it is.

    One that was not read in this run has only its arguments: the pack reads the account that they select.
    """
    if resource.type not in SOURCES or is_fresh(resource.properties):
        return resource
    arguments = {name: resource.properties[name] for name in ARGUMENTS if resource.properties.get(name)}
    return replace(resource, properties=arguments, stale=True)


def is_fresh(properties: Mapping[str, Any], since: datetime = STARTED) -> bool:
    """Return whether the data source was read in this run. The engine reuses a recorded one without reading it."""
    try:
        return datetime.fromisoformat(str(properties.get(READ_AT))) >= since
    except (ValueError, TypeError):
        return False
