"""Read the exact versions of Terraform's providers from `.terraform.lock.hcl`. A plan has only the constraints."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from acctgate.reading import SourceError, read_text

LOCK_FILE: Final = ".terraform.lock.hcl"
"""The name that Terraform and OpenTofu give it."""
_PROVIDER: Final = re.compile(r'^[ \t]*provider\s+"(?P<source>[^"]+)"\s*\{(?P<body>[^}]*)', re.MULTILINE)
_VERSION: Final = re.compile(r'^[ \t]*version\s*=\s*"(?P<version>[^"]+)"', re.MULTILINE)

Versions = Mapping[str, str]
"""Provider source → locked version."""


def read_lock_file(path: str) -> Versions:
    """Return the locked versions.

    Raises:
        SourceError: The file cannot be read, or locks no provider.
    """
    versions = _versions(read_text(path))
    if not versions:
        raise SourceError(f"{path}: is not a lock file: it names no provider")
    return versions


def find_lock_file(plan: str) -> Versions:
    """Return the locked versions of the file beside a plan, else in the working directory; empty without a file.

    Raises:
        SourceError: The file is there and cannot be read. Another one need not lock the versions that made the plan.
    """
    folders = [Path()] if plan == "-" else [Path(plan).parent, Path()]
    found = next((path for path in (folder / LOCK_FILE for folder in folders) if os.path.lexists(path)), None)
    try:
        return {} if found is None else _versions(read_text(str(found)))
    except SourceError as error:
        raise SourceError(f"{error}; repair it, or name another with --lock-file") from None


def _versions(text: str) -> Versions:
    found = {match["source"]: _VERSION.search(match["body"]) for match in _PROVIDER.finditer(text)}
    return {source: version["version"] for source, version in found.items() if version}
