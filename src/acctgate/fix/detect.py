"""Find out in which language a repository declares its resources."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from acctgate.plan.project import PROJECT_FILES, load_yaml
from acctgate.reading import read_text

DEFAULT_TARGET: Final = "pulumi-python"
_LARGEST: Final = 1 << 20
"""Bytes of a project's file."""
_RUNTIMES: Final = {"python": "pulumi-python", "nodejs": "pulumi-typescript", "bun": "pulumi-typescript"}
"""Pulumi's runtimes with a target of their own. The others, such as go and dotnet, get YAML, which is easy to read."""
_TERRAFORM: Final = ("*.tf", "*.tf.json", "*.tofu", "terragrunt.hcl")


def detect_target(folder: Path) -> str:
    """Return the target of `acctgate fix` for a folder: by Pulumi's runtime, else by Terraform's files, else Python."""
    for name in PROJECT_FILES:
        if runtime := _runtime(folder / name):
            return _RUNTIMES.get(runtime, "pulumi-yaml")
    return "terraform" if any(True for each in _TERRAFORM for _ in folder.glob(each)) else DEFAULT_TARGET


def _runtime(file: Path) -> str | None:
    """Return the runtime of a project, None if there is no readable project."""
    try:
        if not file.is_file():  # to open a pipe would wait for it
            return None
        project: Any = load_yaml(read_text(str(file), _LARGEST))
    except (OSError, ValueError, yaml.YAMLError):
        return None
    runtime = project.get("runtime") if isinstance(project, dict) else None
    name = runtime.get("name") if isinstance(runtime, dict) else runtime
    return name if isinstance(name, str) else None
