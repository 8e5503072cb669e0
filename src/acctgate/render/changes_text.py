"""The changes of one account as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

from acctgate.inert_text import clean
from acctgate.language import Language, in_language
from acctgate.model.diff import AccountDiff, Direction
from acctgate.render import words
from acctgate.render.changes import grouped, last_key, rule_names, show
from acctgate.render.layout import Cell, Layout
from acctgate.render.words import LONGEST

_COLUMNS: Final = (words.NO_NAME, words.SETTING, words.BEFORE, words.AFTER, words.EXPECTED)


def change_lines(account: AccountDiff, layout: Layout, indent: int = 2, language: Language = "en") -> Iterator[str]:
    """Yield the flips, then the settings as a table, each after `indent` blanks."""
    for mark, rules in grouped(account.rules):
        head = f"{' ' * indent}{mark.sign} {mark.words.of(language)}{words.COLON.of(language)}"
        yield layout.paragraph((head, mark.style), (rule_names(rules, language), ""), cell_len(head))
    if not account.settings:
        return
    rows = [
        (
            direction_cell(change.direction, language),
            (clean(last_key(change.setting), LONGEST), ""),
            (show(change.before, language), ""),
            (show(change.after, language), ""),
            (clean(in_language(change.expected or "", language), LONGEST), ""),
        )
        for change in account.settings
    ]
    header = [each.of(language) for each in _COLUMNS]
    lines = layout.table(header, rows, fixed=2, indent=indent)
    header_lines = lines[: -len(rows)]
    below = indent + (12 if header_lines else 3)
    yield from header_lines
    for text, change in zip(lines[-len(rows) :], account.settings, strict=True):
        yield text
        if change.note:  # a column of its own would leave too little room for the others
            yield layout.indented(clean(in_language(change.note, language), LONGEST), "dim", below)


def direction_cell(direction: Direction, language: Language = "en") -> Cell:
    """Return the first cell of a changed setting or rule."""
    mark = words.DIRECTIONS[direction]
    return f"{mark.sign} {mark.words.of(language)}", mark.style
