"""What Pulumi's state records of a stack's resources: policies are not told, so the pack asks.

Whether a deploy sends a value depends on it: an unchanged resource sends nothing, an update what differs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

PROJECT_VARIABLE: Final = "ACCTGATE_PROJECT"
"""Names the folder with Pulumi.yaml, where it is not above the pack."""
_SECONDS: Final = 60
Recorded = Mapping[str, Mapping[str, Any]]
"""URN → the resource as the state has it."""


def export_state() -> Recorded | None:
    """The recorded resources of the stack that is being deployed, None where they cannot be had."""
    pulumi, stack = shutil.which("pulumi"), os.environ.get("PULUMI_STACK")
    if not pulumi or not stack:
        return None
    for folder, name in _ways(stack):
        command = [pulumi, "--non-interactive", "--cwd", str(folder), "stack", "export", "--stack", name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
            if done.returncode == 0:
                return _resources(json.loads(done.stdout))
        except (OSError, subprocess.SubprocessError, ValueError):
            continue
    return None


def _ways(stack: str) -> Iterator[tuple[Path, str]]:
    """Where to ask, and for which name: in the project, else by the stack's full name."""
    named = os.environ.get(PROJECT_VARIABLE)
    for folder in (Path(named),) if named else Path.cwd().parents:
        if any((folder / f"Pulumi.{ending}").is_file() for ending in ("yaml", "yml", "json")):
            yield folder, stack
            break
    organization = os.environ.get("PULUMI_ORGANIZATION", "organization")
    if "/" not in stack and (project := os.environ.get("PULUMI_PROJECT")):
        yield Path.cwd(), f"{organization}/{project}/{stack}"


def _resources(document: Any) -> Recorded:
    deployment = document.get("deployment") or {}
    # An entry that is only still to be deleted has the URN of the one that took its place.
    return {entry["urn"]: entry for entry in deployment.get("resources") or [] if not entry.get("delete")}
