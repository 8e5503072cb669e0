"""The changes of one account as lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from acctgate.model.diff import AccountDiff
from acctgate.render.changes import DIRECTIONS, FLIPS, grouped, last_key, rule_name, show, title
from acctgate.render.markdown_text import escape


def change_lines(account: AccountDiff) -> Iterator[str]:
    """Yield the account's title, its flips, and its settings as a table. Text from outside is escaped."""
    yield f"#### {escape(title(account))}"
    yield ""
    for flip, rules in grouped(account.rules):
        mark = FLIPS[flip]
        yield f"- {mark.sign} **{mark.words}**: {escape(', '.join(map(rule_name, rules)))}"
    if account.settings:
        yield ""
        yield "| | setting | before | after | expected | |"
        yield "|---|---|---|---|---|---|"
    for change in account.settings:
        mark = DIRECTIONS[change.direction]
        cells = (
            last_key(change.setting),
            show(change.before),
            show(change.after),
            change.expected or "",
            change.note,
        )
        yield f"| {mark.sign} {mark.words} | {' | '.join(map(escape, cells))} |"
    yield ""
