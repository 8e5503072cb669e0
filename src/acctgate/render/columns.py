"""Text in columns, for a terminal or a log. Widths are those of a terminal: a Chinese character takes two columns.

rich measures what is not ASCII and knows the codes of colours. It is loaded only where one of these is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

Paint = Callable[[str, str], str]
"""Text and the name of a style (`bold red`) → the text in that style."""
_LEAST = 8
"""Columns that a cell which folds keeps, as long as others have more."""


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


@lru_cache(maxsize=2048)
def wrap(text: str, width: int) -> tuple[str, ...]:
    """Lines of at most `width` columns (at least 2), broken at blanks; what has none there is cut."""
    lines = []
    while width_of(text) > width:
        fits = _fitting(text, width)
        blank = text.rfind(" ", 0, fits + 1)
        end = blank if blank > 0 else fits
        lines.append(text[:end])
        text = text[end:].removeprefix(" ")
    return (*lines, text)


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


def cell(text: str, style: str, paint: Paint, width: int | None = None) -> Cell:
    """A cell, painted, and measured where its width is not known."""
    painted, width = paint(text, style), width_of(text) if width is None else width
    return Cell(text, style, painted, width, len(painted) - width)


def table(rows: Sequence[Sequence[Cell]], room: int, folding: Sequence[int], paint: Paint) -> list[str]:
    """Rows as lines of at most `room` columns; where that takes it, the cells of the columns `folding` are folded."""
    widths = [max([each.width for each in column]) for column in zip(*rows, strict=True)]
    fitted = _fit(tuple(widths), room - 2 * (len(widths) - 1), tuple(folding))
    if fitted == tuple(widths):
        return [_line(row, fitted) for row in rows]
    return [_line(line, fitted) for row in rows for line in _folded(row, fitted, paint)]


@lru_cache(maxsize=2048)
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


def _folded(row: Sequence[Cell], widths: Sequence[int], paint: Paint) -> list[list[Cell]]:
    columns = [
        [each] if each.width <= width else [cell(line, each.style, paint) for line in wrap(each.text, width)]
        for each, width in zip(row, widths, strict=True)
    ]
    return [list(line) for line in zip_longest(*columns, fillvalue=_EMPTY)]


def _line(row: Sequence[Cell], widths: Sequence[int]) -> str:
    return "  ".join([each.painted.ljust(width + each.codes) for each, width in zip(row, widths, strict=True)]).rstrip()


_EMPTY = Cell("", "", "", 0, 0)
