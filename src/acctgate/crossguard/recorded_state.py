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
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

from acctgate.crossguard import variables
from acctgate.crossguard.running_engine import engine_process, find_command, find_project, working_directory
from acctgate.plan.resource_types import OTHER_KINDS, resource_type
from acctgate.sources.deadline import in_background

_TIMEOUT: Final = 60  # seconds
_NO_ORGANIZATION: Final = "organization"
"""What the engine calls the organization of a back end that has none."""
Recorded = Mapping[str, Mapping[str, Any]]
"""URN → the resource as the state records it."""


def start_export() -> Future[Recorded | None] | None:
    """Start to export the state in the background. None if a refresh may change the state before the first run."""
    return in_background(export_state) if find_command().refresh is False else None


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
        except (OSError, subprocess.SubprocessError, ValueError, RecursionError):
            continue
    return None


def deployed_stack() -> tuple[str, str | None, str | None]:
    """Return the organization, project and name of the stack whose state is exported, from the environment."""
    organization = os.environ.get("PULUMI_ORGANIZATION", _NO_ORGANIZATION)
    return organization, os.environ.get("PULUMI_PROJECT"), os.environ.get("PULUMI_STACK")


def stack_candidates(stack: str) -> Iterator[tuple[Path, str]]:
    """Yield the folders and names to try for an export: the stack in the project, else its full name.

    In the project, too, the organization is named if there is one: the user's default may be another.
    """
    organization, name, _ = deployed_stack()
    full = f"{organization}/{name}/{stack}" if "/" not in stack and name else None
    if folder := project_folder():
        yield folder, full if full and organization != _NO_ORGANIZATION else stack
    elif full:
        yield Path.cwd(), full


def project_folder() -> Path | None:
    """Return the folder of the project that is deployed, None if it is not known."""
    project = find_project(working_directory(engine_process()))
    return project.folder if project else None


def part_of(resource: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """Return the inputs or outputs of a recorded resource, empty if it has none."""
    part = (resource or {}).get(name)
    return part if isinstance(part, dict) else {}


def recorded_resources(document: Any) -> Recorded:
    """Return the resources of an exported stack.

    Raises:
        ValueError: It is not what `pulumi stack export` prints.
    """
    entries = _entries(document)
    # An entry that is pending deletion has the URN of its replacement.
    found = {entry["urn"]: entry for entry in entries if not entry.get("delete")}
    # What an interrupted replacement has left is deleted, whatever becomes of the resource of that name.
    left = [each for each in entries if each.get("delete") and resource_type(each["urn"]) in OTHER_KINDS]
    left.sort(key=lambda each: each.get("retainOnDelete") is not True)  # of several, one that is destroyed decides
    return found | {f"{entry['urn']} (old)": entry for entry in left}


def _entries(document: Any) -> list[Mapping[str, Any]]:
    """Return the entries of the resources, none if nothing is deployed."""
    deployment = _part(document, "deployment", required=True)
    entries = None if deployment is None else _part(deployment, "resources")
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(map(_is_resource, entries)):
        raise ValueError("it is no exported stack")
    return entries


def _part(document: Any, name: str, *, required: bool = False) -> Any:
    if not isinstance(document, dict) or (required and name not in document):
        raise ValueError("it is no exported stack")
    return document.get(name)


def _is_resource(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("urn"), str)
