"""Where a Python program that runs in the preview's process declares its SecurityPreference resources.

Policies do not see it. So if `acctgate preview` runs the program, it registers a transformation that changes
nothing: it sees each resource while the line that declares it is on the call stack, and records it for the pack.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acctgate.crossguard import variables
from acctgate.model.outcome import Place
from acctgate.model.preference_keys import PREFERENCE_TYPE

Positions = Mapping[str, Place]
"""A resource's name → the line that declares it, relative to the project's folder. Not if several lines declare it."""


class PositionRecorder:
    """Records where one program declares its resources."""

    def __init__(self, project: Path, file: Path) -> None:
        self._project, self._file = project.resolve(), file
        self._found: dict[str, tuple[str, int] | None] = {}

    def watch(self) -> None:
        """Watch the resources of the program that is about to run in this process."""
        from pulumi.runtime import register_stack_transformation  # noqa: PLC0415 - the pack only reads positions

        register_stack_transformation(self._record)

    def _record(self, resource: Any) -> None:
        if resource.type_ == PREFERENCE_TYPE:
            place = self._declaration()
            # Two components may have a resource of one name, and this does not see which one it is.
            self._found[resource.name] = place if self._found.get(resource.name, place) == place else None
            self._file.write_text(json.dumps(self._found), encoding="utf-8")

    def _declaration(self) -> tuple[str, int] | None:
        """Return the innermost line of the call stack in the project, without installed packages."""
        installed = Path(sys.prefix).resolve()
        for frame in reversed(traceback.extract_stack()):
            file = Path(frame.filename).resolve()
            if file.is_relative_to(self._project) and not file.is_relative_to(installed) and frame.lineno:
                return file.relative_to(self._project).as_posix(), frame.lineno
        return None


def positions() -> Positions | None:
    """Return the positions that the program has recorded, None if it has recorded none: it may run elsewhere."""
    try:
        content = Path(os.environ[variables.POSITIONS]).read_bytes()
    except (KeyError, OSError):
        return None
    try:
        found = json.loads(content)
        return {resource: Place(str(place[0]), int(place[1])) for resource, place in found.items() if place}
    except (ValueError, TypeError, AttributeError):
        return {}
