"""Small tables as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from acctgate.inert_text import without_line_command

_UNLIMITED: Final = 100_000
"""Columns. Wide enough for any text on one line."""


def render_table(rows: Iterable[Sequence[str]], width: int | None = None) -> str:
    """Return the rows in columns that are two blanks apart. Lines have no trailing blanks and are not commands.

    Args:
        rows: The cells of each row.
        width: The columns of the terminal, in which cells are wrapped. None wraps nothing.
    """
    from rich.console import Console  # noqa: PLC0415 - rich loads only where text is rendered
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 2, 0, 0))
    for number, row in enumerate(rows):
        if number == 0:
            for column, _ in enumerate(row):
                table.add_column(overflow="fold", no_wrap=column == 0)
        table.add_row(*map(Text, row))
    output = StringIO()
    Console(file=output, width=width or _UNLIMITED, color_system=None, force_terminal=False).print(table)
    return "".join(f"{without_line_command(line.rstrip())}\n" for line in output.getvalue().splitlines())
