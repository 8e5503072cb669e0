"""Find the root of the repository, which code scanners take file names from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_VARIABLES: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""The variables of GitHub Actions and GitLab CI that name the checkout."""


def repository_root(folder: Path, environment: Mapping[str, str]) -> Path | None:
    """Return the root of the repository that contains a folder, None if it is in none.

    Args:
        folder: An absolute path without links, as `Path.cwd` returns it.
        environment: The environment variables. A checkout that they name counts if it contains the folder.
    """
    named = [Path(value).resolve() for name in _VARIABLES if (value := environment.get(name))]
    above = (folder, *folder.parents)
    checkout = next((root for root in named if root in above), None)
    return checkout or next((place for place in above if os.path.lexists(place / ".git")), None)
