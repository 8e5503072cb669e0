"""Write files: never onto an input, and onto an existing file only if the user allows it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO

from acctgate.text import os_reason


class WriteError(Exception):
    """A file was not written. The message is one line: the file and the reason."""


def open_output(path: Path, *, overwrite: bool, inputs: Iterable[str | Path] = (), encoding: str = "utf-8") -> TextIO:
    """Open a text file to write.

    Args:
        path: The file.
        overwrite: Whether an existing file may be replaced. An empty file and a device may always be written to.
        inputs: Files that are read. None of them is overwritten, under any of its names.
        encoding: How the text is encoded.

    Raises:
        WriteError: The file is an input, exists already, or cannot be opened.
    """
    _require_no_input(path, inputs)
    try:
        if overwrite or _holds_nothing(path):
            return path.open("w", encoding=encoding, errors="replace", newline="\n")
        return path.open("x", encoding=encoding, errors="replace", newline="\n")
    except FileExistsError:
        raise WriteError(f"{path}: already exists; use --force") from None
    except OSError as error:
        raise WriteError(f"{path}: {os_reason(error)}") from None


def require_writable(path: Path, *, overwrite: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Refuse what `open_output` refuses, without opening the file.

    Raises:
        WriteError: The file is an input, or exists already.
    """
    _require_no_input(path, inputs)
    if not overwrite and os.path.lexists(path) and not _holds_nothing(path):
        raise WriteError(f"{path}: already exists; use --force")


def _require_no_input(path: Path, inputs: Iterable[str | Path]) -> None:
    for file in inputs:
        if is_same_file(path, file):
            raise WriteError(f"{path}: is also an input ({file}); write to another file")


def write_file(path: Path, text: str) -> None:
    """Write a file, and replace an existing one.

    Raises:
        WriteError: It cannot be written.
    """
    try:
        with open_output(path, overwrite=True) as file:
            file.write(text)
    except OSError as error:
        raise WriteError(f"{path}: {os_reason(error)}") from None


def is_same_file(path: Path, other: str | Path) -> bool:
    """Return whether both names lead to the same file: a hard link, a symbolic link, or another path."""
    try:
        return path.samefile(other) and stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _holds_nothing(path: Path) -> bool:
    """Return whether nothing is lost by writing to an existing path: an empty file, or no regular file."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            return found.st_size == 0 and not path.is_symlink()
        return not stat.S_ISDIR(found.st_mode)
    except OSError:
        return False


def write_inside(directory: Path, name: str, text: str) -> None:
    """Write a file below a directory, and create its folders.

    Raises:
        WriteError: A link leads out of the directory, or the file cannot be written.
    """
    path = directory / name
    require_inside(directory, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text)
    except OSError as error:
        raise WriteError(f"{path}: {os_reason(error)}") from None


def require_inside(directory: Path, name: str) -> None:
    """Refuse a file that cannot be written below a directory. Nothing is written.

    Raises:
        WriteError: A link leads out of the directory, or the file's folder is not writable.
    """
    path = directory / name
    try:
        inside = path.resolve().is_relative_to(directory.resolve())
        folder = next((parent for parent in path.parents if parent.exists()), directory)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        raise WriteError(f"{path}: {os_reason(error) if isinstance(error, OSError) else 'links form a loop'}") from None
    if not inside:
        raise WriteError(f"{path}: a link leads out of {directory}")
    if not os.access(folder, os.W_OK):
        raise WriteError(f"{path}: {folder} is not writable")


def replace_file(path: Path, text: str) -> None:
    """Replace a file in one step. Readers see the old text or the new one; a planted draft is never followed.

    Raises:
        OSError: It cannot be written.
    """
    mode = 0o666 & ~_umask()
    with suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
    draft = NamedTemporaryFile(dir=path.parent, prefix=".acctgate-", delete=False)  # noqa: SIM115 replaces the file
    try:
        with draft:
            draft.write(text.encode("utf-8", "replace"))
        Path(draft.name).chmod(mode)
        Path(draft.name).replace(path)
    except BaseException:
        Path(draft.name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
