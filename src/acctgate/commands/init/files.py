"""Write the files that `acctgate init` creates. Conflicts are found before anything is read or written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from acctgate.policy.find import NAMES
from acctgate.text import and_more
from acctgate.writing import WriteError, write_inside


def refuse_conflicts(directory: Path, names: Iterable[str], *, force: bool) -> None:
    """Refuse to write files that exist, or that cannot be created.

    Args:
        directory: The directory to write to.
        names: The files, relative to it.
        force: Whether existing files may be overwritten.

    Raises:
        WriteError: There is a conflict.
    """
    names = list(names)
    for name in names:
        for folder in (directory / name).parents:
            if folder != directory and folder.is_relative_to(directory) and folder.exists() and not folder.is_dir():
                raise WriteError(f"{folder}: not a directory, so {name} cannot be created")
    for other in NAMES[1:]:  # two policies side by side would be ambiguous
        if os.path.lexists(directory / other):
            raise WriteError(f"{directory / other}: already exists; rename it to {NAMES[0].name}, or remove it")
    taken = [name for name in names if os.path.lexists(directory / name)]
    if taken and not force:
        raise WriteError(f"{directory / taken[0]}: already exists{and_more(len(taken) - 1)}; use --force")


def write_files(directory: Path, files: Mapping[str, str]) -> None:
    """Write the files below the directory.

    Raises:
        WriteError: A link leads out of the directory, or a file cannot be written.
    """
    for name, text in files.items():
        write_inside(directory, name, text)
