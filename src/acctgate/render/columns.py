"""Text in columns, for a terminal or a log. Widths are those of a terminal: a Chinese character takes two columns.

rich measures what is not ASCII and knows the codes of colours. It is loaded only where one of these is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from operator import le
from typing import Final, NamedTuple

Paint = Callable[[str, str], str]
"""Text and the name of a style (`bold red`) → the text in that style."""
_GAP: Final = "  "
_LEAST: Final = 8
"""Columns that a cell which folds keeps, as long as others have more."""
_KEPT: Final = 4096
"""Texts whose look is kept: accounts repeat most of them in the same widths."""


def painter(color: bool) -> Paint:
    """How text gets its style; without colour it stays as it is."""
    if not color:
        return lambda text, style: text
    from rich.color import ColorSystem
    from rich.style import Style

    return lambda text, style: Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def width_of(text: str) -> int:
    """The columns that a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns (at least 2), broken at blanks; what has none there is cut."""
    lines = []
    while width_of(text) > width:
        fits = _fitting(text, width)
        blank = text.rfind(" ", 0, fits + 1)
        end = blank if blank > 0 else fits
        lines.append(text[:end])
        text = text[end:].removeprefix(" ")
    return [*lines, text]


def _fitting(text: str, width: int) -> int:
    """How many characters at the beginning of a text fit."""
    if text.isascii():
        return width
    from rich.cells import chop_cells

    return len(chop_cells(text, width)[0])


class Cell(NamedTuple):
    """A cell of a table."""

    text: str
    style: str
    painted: str
    width: int
    codes: int
    """Characters of `painted` that take no column, less those that take a second one."""


@dataclass(slots=True, eq=False)
class Row:
    """A row of a table. Compared by identity, so that how it looks can be kept."""

    cells: tuple[Cell, ...]
    widths: tuple[int, ...]


class Table:
    """Rows as lines of at most `width` columns. Where that takes it, the cells of the columns `folding` are folded."""

    def __init__(self, width: int, indent: int, folding: tuple[int, ...], paint: Paint) -> None:
        self._room, self._folding, self._paint = width - indent, folding, paint
        self._margin = " " * indent
        self._look = lru_cache(maxsize=_KEPT)(self._told)

    def cell(self, text: str, style: str = "", width: int | None = None) -> Cell:
        """A cell, painted, and measured where its width is not known."""
        painted, columns = self._paint(text, style), width_of(text) if width is None else width
        return Cell(text, style, painted, columns, len(painted) - columns)

    def row(self, *cells: Cell) -> Row:
        """A row of as many cells as all others have."""
        return Row(cells, tuple([each.width for each in cells]))

    def lines(self, rows: Sequence[Row]) -> list[str]:
        """The rows, each in one line or, folded, in several."""
        widths = tuple(map(max, zip(*[row.widths for row in rows], strict=True)))
        fitted = _fit(widths, self._room - len(_GAP) * (len(widths) - 1), self._folding)
        return [self._look(row, fitted) for row in rows]

    def _told(self, row: Row, widths: tuple[int, ...]) -> str:
        if all(map(le, row.widths, widths)):
            return f"{self._margin}{_line(row.cells, widths)}"
        columns = [self._folded(each, width) for each, width in zip(row.cells, widths, strict=True)]
        lines = zip_longest(*columns, fillvalue=_NOTHING)
        return "\n".join([f"{self._margin}{_line(line, widths)}" for line in lines])

    def _folded(self, whole: Cell, width: int) -> list[Cell]:
        if whole.width <= width:
            return [whole]
        return [self.cell(line, whole.style) for line in wrap(whole.text, width)]


def _line(cells: Iterable[Cell], widths: Iterable[int]) -> str:
    padded = [each.painted.ljust(width + each.codes) for each, width in zip(cells, widths, strict=True)]
    return _GAP.join(padded).rstrip()


@lru_cache(maxsize=_KEPT)
def _fit(widths: tuple[int, ...], room: int, folding: tuple[int, ...]) -> tuple[int, ...]:
    """Take what is too much from the widest column that folds; where these are narrow, from the widest of all."""
    fitted = list(widths)
    while sum(fitted) > room:
        widest = max(folding, key=fitted.__getitem__)
        if fitted[widest] <= _LEAST:
            widest = max(range(len(fitted)), key=fitted.__getitem__)
        if fitted[widest] <= 2:
            break
        fitted[widest] -= 1
    return tuple(fitted)


_NOTHING: Final = Cell("", "", "", 0, 0)
