"""Read the cells of a workbook, as a program that `sheet.py` runs: `python workbook.py FILE MAX_ROWS`.

A process of its own bounds what a file can cost: the parser reserves memory for all cells that a file claims to have,
and a broken .xls of five kilobytes claims billions. It imports nothing of acctgate.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineWorkbook

_MEMORY: Final = 2 << 30
"""Bytes."""

Cell = str | int | float | bool | None


def main(path: str, max_rows: int) -> None:
    """Print the workbook's sheets as JSON: the name and the rows of each, one row more than `max_rows` at most."""
    _limit_memory()
    # By content, not by name: reports named .xls may hold an .xlsx.
    with CalamineWorkbook.from_filelike(BytesIO(Path(path).read_bytes())) as book:
        sheets = [(name, book.get_sheet_by_name(name).to_python()[: max_rows + 1]) for name in book.sheet_names]
    json.dump([(name, [list(map(_cell, row)) for row in rows]) for name, rows in sheets], sys.stdout)


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - Windows has none, and so no limit
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY if most < 0 else min(_MEMORY, most), most))


def _cell(value: Any) -> Cell:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (str, int, float, bool)) else None


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
