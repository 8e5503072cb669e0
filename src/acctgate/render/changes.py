"""What moved in one account, as lines of text and of Markdown: verdicts that flip, and settings, stricter or looser."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from acctgate.model.diff import AccountDiff, Direction, Flip, RuleFlip, SettingChange
from acctgate.render.columns import Paint, Row, Table, wrap
from acctgate.render.markdown_text import escape
from acctgate.render.terminal_text import safe

FLIPS: Final[dict[Flip, tuple[str, str, str]]] = {
    "newly-failing": ("✗", "newly failing", "bold red"),
    "newly-unknown": ("?", "newly not provable", "bold yellow"),
    "still-failing": ("✗", "still failing", "red"),
    "still-unknown": ("?", "still not provable", "yellow"),
    "dropped": ("!", "no longer judged", "yellow"),
    "waived": ("~", "now waived", "cyan"),
    "repaired": ("✓", "repaired", "green"),
}
"""A sign, words, and a style for each flip: what decides first comes first."""
DIRECTIONS: Final[dict[Direction, tuple[str, str]]] = {
    "looser": ("▼", "red"),
    "mixed": ("◆", "yellow"),
    "unknown": ("?", "yellow"),
    "stricter": ("▲", "green"),
    "changed": ("·", "dim"),
}
_NARROWEST: Final = 20
_BELOW: Final = 14
"""Columns before a note, which stands under its setting."""


def text_lines(account: AccountDiff, width: int, paint: Paint) -> Iterator[str]:
    """For a terminal or a log."""
    for flip, rules in grouped(account.rules):
        sign, words, style = FLIPS[flip]
        head = f"{sign} {words}: "
        indent = len(head) + 2
        lead = f"  {paint(head, style)}"
        for line in wrap(", ".join(map(rule_name, rules)), max(_NARROWEST, width - indent)):
            yield f"{lead}{line}"
            lead = " " * indent
    if account.settings:
        table = Table(width, 2, (2, 3, 4), paint)
        heads = ("", "setting", "before", "after", "policy wants")
        rows = [directed(table, each.direction, _told(each)[:-1]) for each in account.settings]
        head, *told = table.lines([table.row(*(table.cell(head, "dim") for head in heads)), *rows])
        yield from head.split("\n")
        for row, change in zip(told, account.settings, strict=True):
            yield from row.split("\n")
            if change.note:  # in a column of its own it would leave no room for the others
                note = wrap(safe(change.note), max(_NARROWEST, width - _BELOW))
                yield from (f"{' ' * _BELOW}{paint(line, 'dim')}" for line in note)


def directed(table: Table, direction: Direction, texts: Iterable[str]) -> Row:
    """A row that begins with where something moved."""
    sign, style = DIRECTIONS[direction]
    return table.row(table.cell(f"{sign} {direction}", style), *(table.cell(safe(text)) for text in texts))


def markdown_lines(account: AccountDiff) -> Iterator[str]:
    """For a pull request. Text from outside is escaped, and never stands in a code span."""
    for flip, rules in grouped(account.rules):
        sign, words, _ = FLIPS[flip]
        yield f"- {sign} **{words}**: {escape(', '.join(map(rule_name, rules)))}"
    if account.settings:
        yield ""
        yield "| | setting | before | after | policy wants | |"
        yield "|---|---|---|---|---|---|"
        for change in account.settings:
            sign, _ = DIRECTIONS[change.direction]
            yield f"| {sign} {change.direction} | {' | '.join(map(escape, _told(change)))} |"
    yield ""


def _told(change: SettingChange) -> tuple[str, ...]:
    return last(change.setting), show(change.before), show(change.after), change.expected or "", change.note


def title(account: AccountDiff) -> str:
    """The account, and its verdict before and after."""
    name = f"account {safe(account.account)}" if account.account else "account unknown"
    alias = f" ({safe(account.alias)})" if account.alias else ""
    before, after = account.before or "not there", account.after or "not there"
    return f"{name}{alias}: {before if before == after else f'{before} → {after}'}"


def show(value: Any) -> str:
    """A value for people."""
    if value is None:
        return "–"
    if value == "":
        return "(empty)"
    return safe(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def rule_name(rule: RuleFlip) -> str:
    """The rule, and its level where it does not bind."""
    return rule.rule if rule.binding else f"{rule.rule} ({rule.level})"


def grouped(rules: Iterable[RuleFlip]) -> Iterator[tuple[Flip, list[RuleFlip]]]:
    """The rules by what became of them."""
    found = list(rules)
    for flip in FLIPS:
        if some := [rule for rule in found if rule.flip == flip]:
            yield flip, some


def last(setting: str) -> str:
    """The end of a setting's name, with the pack that it is about."""
    head, bracket, rest = setting.partition("[")
    return f"{head.rsplit('.', 1)[-1]}{bracket}{rest}"
