"""The file of a Pulumi project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
"""The names that it can have, in the order in which Pulumi looks for them."""


def read_settings(path: Path) -> Mapping[str, Any]:
    """Return the settings in a file, empty if it does not exist or is invalid: the engine explains that."""
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) else {}
