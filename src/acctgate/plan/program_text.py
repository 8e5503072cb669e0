"""Read the source files of a program, in which resources are looked for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from acctgate.reading import SourceError, read_text

_LARGEST: Final = 1 << 20
"""Bytes."""


def program_text(file: Path) -> str:
    """Return the text of a file, empty if it is a link, not a plain file, too large or not text."""
    try:
        return "" if file.is_symlink() or not file.is_file() else read_text(str(file), _LARGEST)
    except (OSError, SourceError):
        return ""


def line_at(text: str, position: int) -> int:
    """Return the number of the line that a position is in, from 1."""
    return text.count("\n", 0, position) + 1
