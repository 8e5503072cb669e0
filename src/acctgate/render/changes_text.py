"""The changes of one account as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

from acctgate.language import Language, Words
from acctgate.model.diff import AccountDiff, Direction
from acctgate.redact import clean
from acctgate.render.changes import DIRECTIONS, FLIPS, grouped, last_key, rule_name, show
from acctgate.render.layout import Cell, Layout
from acctgate.render.page import texts

_HEADER: Final = (
    Words("", ""),
    Words("setting", "设置项"),
    Words("before", "部署前"),
    Words("after", "部署后"),
    Words("expected", "策略要求"),
)


def change_lines(account: AccountDiff, layout: Layout, indent: int = 2, language: Language = "en") -> Iterator[str]:
    """Yield the flips, then the settings as a table, each after `indent` blanks."""
    for flip, rules in grouped(account.rules):
        mark = FLIPS[flip]
        head = f"{' ' * indent}{mark.sign} {texts.FLIPS[flip].of(language)}{texts.COLON.of(language)}"
        yield layout.paragraph((head, mark.style), (", ".join(map(rule_name, rules)), ""), cell_len(head))
    if not account.settings:
        return
    rows = [
        (
            direction_cell(change.direction, language),
            (clean(last_key(change.setting), 300), ""),
            (show(change.before), ""),
            (show(change.after), ""),
            (clean(change.expected or "", 300), ""),
        )
        for change in account.settings
    ]
    header = [words.of(language) for words in _HEADER]
    lines = layout.table(header, rows, fixed=2, indent=indent)
    yield from lines[: -len(rows)]
    for text, change in zip(lines[-len(rows) :], account.settings, strict=True):
        yield text
        if change.note:  # a column of its own would leave too little room for the others
            below = indent + 12
            yield layout.paragraph((" " * below, ""), (clean(change.note, 300), "dim"), below)


def direction_cell(direction: Direction, language: Language = "en") -> Cell:
    """Return the first cell of a changed setting or rule."""
    mark = DIRECTIONS[direction]
    return f"{mark.sign} {texts.DIRECTIONS[direction].of(language)}", mark.style
