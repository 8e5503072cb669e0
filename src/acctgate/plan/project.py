"""The file of a Pulumi project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
"""The names that it can have, in the order in which Pulumi looks for them."""

_AS_TEXT: Final = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "timestamp"))


class _Loader(yaml.SafeLoader):
    """Numbers and dates stay text, as a name or a version that looks like one is for the engine."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [each for each in resolvers if each[0] not in _AS_TEXT]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load_yaml(text: str) -> Any:
    """Return the value of a project's file.

    Raises:
        YAMLError: It is invalid. For a value that its tag cannot have, PyYAML itself raises various errors.
    """
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise yaml.YAMLError(str(error)) from None


def read_settings(path: Path) -> Mapping[str, Any]:
    """Return the settings in a file, empty if it does not exist or is invalid: the engine explains that."""
    try:
        settings = load_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError):
        return {}
    return settings if isinstance(settings, dict) else {}
