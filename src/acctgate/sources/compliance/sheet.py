"""Read a downloaded report: an .xls or .xlsx sheet, in any language.

Alibaba Cloud does not document the sheet's columns, so rows keep the names that their header gives them. A sheet
without a header that can be told from its data is returned as it is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from acctgate.log import trace
from acctgate.sources.compliance import workbook
from acctgate.sources.compliance.workbook import Cell
from acctgate.text import os_reason

MAX_ROWS: Final = 200_000
_MIN_COLUMNS: Final = 2
_SECONDS: Final = 120
"""The longest time that reading a file may take."""


class SheetError(ValueError):
    """The file holds no sheet that can be read. The text is one line."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a report."""

    name: str
    columns: tuple[str, ...]
    """The header's names. Empty if the layout is unknown: then `rows` are all rows."""
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def records(self) -> list[dict[str, Cell]]:
        """The rows by the names of their columns. Empty if the layout is unknown."""
        return [dict(zip(self.columns, row, strict=False)) for row in self.rows] if self.columns else []


def read_sheets(path: Path) -> list[Sheet]:
    """Read all sheets of a report that have rows.

    Raises:
        SheetError: The file is empty, truncated, not a sheet, or too large.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SheetError(f"{path}: {os_reason(error)}") from None
    if size == 0:
        raise SheetError(f"{path}: is empty")
    found = [_sheet(path, name, rows) for name, rows in _read(path)]
    sheets = [sheet for sheet in found if sheet.rows or sheet.columns]
    if not sheets:
        raise SheetError(f"{path}: has no rows")
    return sheets


def _read(path: Path) -> list[tuple[str, list[list[Cell]]]]:
    """Return the name and the rows of each sheet."""
    program = [sys.executable, "-P", workbook.__file__, str(path), str(MAX_ROWS)]
    try:
        done = subprocess.run(program, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        trace(f"reading {path}", error)
        raise SheetError(f"{path}: not a valid .xls or .xlsx file; download it again") from None
    sheets: list[tuple[str, list[list[Cell]]]] = json.loads(done.stdout)
    return sheets


def _sheet(path: Path, name: str, values: Sequence[Sequence[Cell]]) -> Sheet:
    if len(values) > MAX_ROWS:
        raise SheetError(f"{path}: sheet {name} has more than {MAX_ROWS:,} rows")
    rows = [row for row in map(tuple, values) if any(cell not in (None, "") for cell in row)]
    header = next((index for index, row in enumerate(rows) if _is_header(row)), None)
    if header is None:
        return Sheet(name, (), tuple(rows))
    return Sheet(name, _columns(rows[header]), tuple(rows[header + 1 :]))


def _columns(header: Sequence[Cell]) -> tuple[str, ...]:
    """Return the names of the columns. One that differs from another by blanks only gets a number, as it is a key."""
    names: list[str] = []
    for cell in header:
        name = str(cell).strip()
        number = next(n for n in count(1) if (name if n == 1 else f"{name} ({n})") not in names)
        names.append(name if number == 1 else f"{name} ({number})")
    return tuple(names)


def _is_header(row: Sequence[Cell]) -> bool:
    """Return whether a row names columns: several different texts, and nothing but texts."""
    names = {cell for cell in row if isinstance(cell, str) and cell}
    return _MIN_COLUMNS <= len(names) == len(row)
