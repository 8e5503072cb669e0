"""Where a program declares its SecurityPreference resources. The engine tells no policy, so the program is asked.

`acctgate preview` runs a Python program in its own process. There a transformation, which changes nothing, sees each
resource while the line that declares it is still on the stack, and writes it down for the pack.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from acctgate.model.outcome import Place
from acctgate.model.preference_keys import PREFERENCE_TYPE

POSITIONS_VARIABLE: Final = "ACCTGATE_POSITIONS"
"""Names the file that the program writes and the pack reads."""
Positions = Mapping[str, Place]
"""A resource's name → the line that declares it, relative to the project's folder."""


class Recorder:
    """Notes the resources of one program."""

    def __init__(self, project: Path, file: Path) -> None:
        self._project, self._file = project.resolve(), file
        self._found: dict[str, tuple[str, int]] = {}

    def watch(self) -> None:
        """Look at each resource of the program that is about to run in this process."""
        from pulumi.runtime import register_stack_transformation

        register_stack_transformation(self._look)

    def _look(self, resource: Any) -> None:
        if resource.type_ == PREFERENCE_TYPE and (place := self._declared()):
            self._found[resource.name] = place
            self._file.write_text(json.dumps(self._found), encoding="utf-8")

    def _declared(self) -> tuple[str, int] | None:
        """The innermost line on the stack that is the project's own, not that of what is installed in it."""
        installed = Path(sys.prefix).resolve()
        for frame in reversed(traceback.extract_stack()):
            file = Path(frame.filename).resolve()
            if file.is_relative_to(self._project) and not file.is_relative_to(installed) and frame.lineno:
                return file.relative_to(self._project).as_posix(), frame.lineno
        return None


def positions() -> Positions:
    """What the program has written down; nothing where it runs elsewhere."""
    name = os.environ.get(POSITIONS_VARIABLE)
    try:
        found = json.loads(Path(name).read_bytes()) if name else {}
        return {resource: Place(str(file), int(line)) for resource, (file, line) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
