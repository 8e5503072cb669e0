"""Read a downloaded report: an .xls or .xlsx sheet, in any language.

Alibaba Cloud does not document the sheet's columns, so rows keep the names that their header gives them. A sheet
without a header that can be told from its data is returned as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from acctgate.text import os_reason

MAX_ROWS: Final = 200_000
_MIN_COLUMNS: Final = 2

Cell = str | int | float | bool | None


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
        if path.stat().st_size == 0:
            raise SheetError(f"{path}: is empty")
        # By content, not by name: reports named .xls may hold an .xlsx.
        with CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())) as book:
            found = [_sheet(path, name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    except OSError as error:
        raise SheetError(f"{path}: {os_reason(error)}") from None
    except SheetError:
        raise
    except (CalamineError, ValueError, RuntimeError):
        raise _invalid(path) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the parser, which is written in Rust
            raise
        raise _invalid(path) from None
    sheets = [sheet for sheet in found if sheet.rows or sheet.columns]
    if not sheets:
        raise SheetError(f"{path}: has no rows")
    return sheets


def _invalid(path: Path) -> SheetError:
    return SheetError(f"{path}: not a valid .xls or .xlsx file; download it again")


def _sheet(path: Path, name: str, values: Sequence[Sequence[Any]]) -> Sheet:
    if len(values) > MAX_ROWS:
        raise SheetError(f"{path}: sheet {name} has more than {MAX_ROWS:,} rows")
    rows = [tuple(map(_cell, row)) for row in values]
    rows = [row for row in rows if any(cell not in (None, "") for cell in row)]
    header = next((index for index, row in enumerate(rows) if _is_header(row)), None)
    if header is None:
        return Sheet(name, (), tuple(rows))
    return Sheet(name, tuple(str(cell).strip() for cell in rows[header]), tuple(rows[header + 1 :]))


def _is_header(row: Sequence[Cell]) -> bool:
    """Return whether a row names columns: several different texts, and nothing but texts."""
    names = [cell for cell in row if cell not in (None, "")]
    return len(names) >= _MIN_COLUMNS and len(names) == len(row) == len(set(names)) and all(map(_is_text, names))


def _is_text(cell: Cell) -> bool:
    return isinstance(cell, str)


def _cell(value: Any) -> Cell:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (str, int, float, bool)) else None
