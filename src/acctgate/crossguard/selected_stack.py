"""The stack that is selected in a project, as `pulumi stack select` has left it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from acctgate.crossguard.project import Project
from acctgate.programs import output_of

_TIMEOUT: Final = 60  # seconds


def selected_stack(engine: Path, project: Project) -> str | None:
    """Return the selected stack of a project, None if there is none.

    Args:
        engine: The `pulumi` executable.
        project: The project.
    """
    if not _may_be_selected(project):
        return None
    command = [str(engine), "--non-interactive", "--cwd", str(project.folder), "stack", "--show-name"]
    return output_of(command, _TIMEOUT) or None


def _may_be_selected(project: Project) -> bool:
    """Return whether the engine remembers a stack of this project. Asking the engine takes longer."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    return bool(os.environ.get("PULUMI_STACK")) or any((home / "workspaces").glob(f"{project.name}-*-workspace.json"))
