"""The changes of one account as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from acctgate.model.diff import AccountDiff, Direction
from acctgate.redact import clean
from acctgate.render.changes import DIRECTIONS, FLIPS, grouped, last_key, rule_name, show
from acctgate.render.layout import Cell, Layout

_HEADER: Final = ("", "setting", "before", "after", "expected")


def change_lines(account: AccountDiff, layout: Layout, indent: int = 2) -> Iterator[str]:
    """Yield the flips, then the settings as a table, each after `indent` blanks."""
    for flip, rules in grouped(account.rules):
        mark = FLIPS[flip]
        head = f"{' ' * indent}{mark.sign} {mark.words}: "
        yield layout.paragraph((head, mark.style), (", ".join(map(rule_name, rules)), ""), len(head))
    if not account.settings:
        return
    rows = [
        (
            direction_cell(change.direction),
            (clean(last_key(change.setting), 300), ""),
            (show(change.before), ""),
            (show(change.after), ""),
            (clean(change.expected or "", 300), ""),
        )
        for change in account.settings
    ]
    texts = layout.table(_HEADER, rows, fixed=2, indent=indent)
    yield from texts[: -len(rows)]
    for text, change in zip(texts[-len(rows) :], account.settings, strict=True):
        yield text
        if change.note:  # a column of its own would leave too little room for the others
            below = indent + 12
            yield layout.paragraph((" " * below, ""), (clean(change.note, 300), "dim"), below)


def direction_cell(direction: Direction) -> Cell:
    """Return the first cell of a changed setting or rule."""
    mark = DIRECTIONS[direction]
    return f"{mark.sign} {mark.words}", mark.style
