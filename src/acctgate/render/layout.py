"""Tables and paragraphs for a terminal. rich measures and colours the text.

rich breaks lines at blanks only, and Chinese has none between its words. `rich.table` would do the rest, but then the
report of a fleet takes five times as long (docs/decisions/0009).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.color import ColorSystem
from rich.style import Style

from acctgate.inert_text import without_commands, without_line_command

Cell = tuple[str, str]
"""A text and its rich style, such as `bold red`; "" is the default style."""

_GAP: Final = "  "
_MIN_COLUMN: Final = 12
"""A table is shown as a list if its wrapped columns would be narrower."""
_LONGEST_WORD: Final = 40
"""Columns. The table breaks longer words only: a setting's name fits, a list of networks may not."""
_OPENING: Final = "（《「【"
_CLOSING: Final = "，。；：、！？）》」】"
_WIDE: Final = "\u2e80-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_CHARACTER: Final = f"(?![{_OPENING}{_CLOSING}])[{_WIDE}]"
_WORD: Final = re.compile(
    rf"\s*(?:[{_OPENING}]*(?:{_CHARACTER}|[^\s{_WIDE}]+)[{_CLOSING}]*|[{_OPENING}{_CLOSING}]+)",
)
"""What a line break keeps together, with the blanks before it: a word, or a Chinese character with its punctuation."""


class Layout:
    """Lays out text in a given width. Lines have no trailing blanks."""

    def __init__(self, width: int, color: bool) -> None:
        self.width, self._color = width, color

    def paint(self, text: str, style: str) -> str:
        """Return a line in a style. It is not wrapped."""
        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD) if self._color and style else text

    def paragraph(self, head: Cell, text: Cell, indent: int) -> str:
        """Return a text behind its head; further lines are indented by `indent` columns."""
        lines = [self.paint(line, text[1]) for line in _wrap(text[0], self.width - indent)]
        return (self.paint(*head) + ("\n" + " " * indent).join(lines)).rstrip()

    def indented(self, text: str, style: str, indent: int) -> str:
        """Return a text of which each line is indented."""
        return self.paragraph((" " * indent, ""), (text, style), indent)

    def labelled(self, label: str, text: str) -> str:
        """Return a dim text behind its label; further lines are indented by the label's width."""
        return self.paragraph((label, "dim"), (text, "dim"), cell_len(label))

    def warning(self, text: str) -> str:
        """Return a text that needs attention."""
        return self.paragraph(("  !  ", "yellow"), (text, ""), 5)

    def heading(self, text: str) -> str:
        """Return the heading of a section."""
        return self.indented(text, "bold", 2)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Cell]], fixed: int, indent: int = 2) -> list[str]:
        """Return each row as one text of one or more lines, the header first.

        Args:
            header: The names of the columns.
            rows: The cells of each row.
            fixed: The number of columns at the start that are never wrapped.
            indent: Blanks before each line.

        Returns:
            The header and a text for each row. If the width does not suffice for columns, each row is a list of
            names and values, and the header is missing.
        """
        cells = [[(name, "dim") for name in header], *rows]
        natural = [max(cell_len(text) for text, _ in column) for column in zip(*cells, strict=True)]
        room = self.width - indent - len(_GAP) * (len(header) - 1) - sum(natural[:fixed])
        least = [max(map(_least_width, column)) for column in list(zip(*cells, strict=True))[fixed:]]
        if room < sum(least):
            return [self._list(header, row, fixed, indent) for row in rows]
        widths = natural[:fixed] + _fit(natural[fixed:], least, room)
        return [self._row(row, widths, indent) for row in cells]

    def _row(self, row: Sequence[Cell], widths: Sequence[int], indent: int) -> str:
        columns = [_wrap(text, width) for (text, _), width in zip(row, widths, strict=True)]
        lines = []
        for texts in zip_longest(*columns, fillvalue=""):
            cells = [
                self.paint(text, style) + " " * (width - cell_len(text))
                for text, (_, style), width in zip(texts, row, widths, strict=True)
            ]
            lines.append((" " * indent + _GAP.join(cells)).rstrip())
        return "\n".join(lines)

    def _list(self, header: Sequence[str], row: Sequence[Cell], fixed: int, indent: int) -> str:
        """Return the fixed cells on one line, then a line for each other column."""
        below = " " * (indent + 3)
        longest = max(map(cell_len, header[fixed:]))
        *sign, name = [cell for cell in row[:fixed] if cell[0]] or [("", "")]
        before = without_commands("".join(text + _GAP for text, _ in sign))
        first = (" " * indent + before, sign[0][1] if sign else "")
        lines = [self.paragraph(first, name, indent + 3)]
        for column, cell in zip(header[fixed:], row[fixed:], strict=True):
            if cell[0]:
                head = f"{below}{set_cell_size(column, longest)}{_GAP if longest else ''}"
                lines.append(self.paragraph((head, "dim"), cell, cell_len(head)))
        return "\n".join(lines)


@lru_cache(maxsize=2048)
def _wrap(text: str, width: int) -> tuple[str, ...]:
    """Return lines of at most `width` columns, at least 2, broken between words where possible.

    Cached: wrapping takes a tenth of a millisecond, and accounts share most of their texts.
    """
    text, width = without_commands(text), max(2, width)
    if cell_len(text) <= width:
        return (without_line_command(text),)
    lines = [""]
    for word in _WORD.findall(text):
        if cell_len(lines[-1] + word) <= width:
            lines[-1] += word
        else:
            lines += chop_cells(word.lstrip(), width)
    return tuple(without_line_command(line.strip()) for line in lines if line.strip())


def _least_width(cell: Cell) -> int:
    """Return the width that a cell needs: at least 12 columns or all of it, and its longest word if that is short."""
    words = (min(cell_len(word.lstrip()), _LONGEST_WORD) for word in _WORD.findall(cell[0]))
    return max(min(cell_len(cell[0]), _MIN_COLUMN), *words, 0)


def _fit(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return the widths, the widest that can be reduced, until their sum is at most `room`."""
    fitted = list(widths)
    while sum(fitted) > room:
        column = max(range(len(fitted)), key=lambda each: (fitted[each] > least[each], fitted[each]))
        fitted[column] -= 1
    return fitted
