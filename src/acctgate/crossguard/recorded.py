"""The resources that Pulumi's state records of a stack.

Whether a deploy sends a value depends on them: an unchanged resource sends nothing, an update sends what differs.
Policies do not see the state, so the pack exports it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from acctgate.crossguard import variables
from acctgate.crossguard.engine_command import engine_process, find_project, working_directory

_TIMEOUT: Final = 60  # seconds
Recorded = Mapping[str, Mapping[str, Any]]
"""URN → the resource as the state records it."""


def export_state() -> Recorded | None:
    """Return the recorded resources of the stack that is being deployed, None if they are not known."""
    if os.environ.get(variables.STATE) == variables.STATE_UNKNOWN:
        return None
    if os.environ.get(variables.STATE) == variables.STATE_EMPTY:
        return {}
    pulumi, stack = shutil.which("pulumi"), os.environ.get("PULUMI_STACK")
    if not pulumi or not stack:
        return None
    for folder, name in stack_candidates(stack):
        command = [pulumi, "--non-interactive", "--cwd", str(folder), "stack", "export", "--stack", name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False)
            if done.returncode == 0:
                return recorded_resources(json.loads(done.stdout))
        except (OSError, subprocess.SubprocessError, ValueError):
            continue
    return None


def stack_candidates(stack: str) -> Iterator[tuple[Path, str]]:
    """Yield the folders and names to try for an export: the stack in the project, else its full name."""
    if folder := project_folder():
        yield folder, stack
    organization = os.environ.get("PULUMI_ORGANIZATION", "organization")
    if "/" not in stack and (name := os.environ.get("PULUMI_PROJECT")):
        yield Path.cwd(), f"{organization}/{name}/{stack}"


def project_folder() -> Path | None:
    """Return the folder of the project that is deployed, None if it is not known."""
    project = find_project(working_directory(engine_process()))
    return project.folder if project else None


def recorded_resources(document: Any) -> Recorded:
    """Return the resources of an exported stack."""
    deployment = document.get("deployment") or {}
    # An entry that is pending deletion has the URN of its replacement.
    return {entry["urn"]: entry for entry in deployment.get("resources") or [] if not entry.get("delete")}
