"""The changes of one account as lines of Markdown. Text from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from acctgate.language import Language
from acctgate.model.diff import AccountDiff, SettingChange
from acctgate.model.report import AccountReport
from acctgate.render import words
from acctgate.render.base import Frame
from acctgate.render.changes import grouped, last_key, rule_names, show, title
from acctgate.render.markdown_text import escape

_COLUMNS: Final = (words.NO_NAME, words.SETTING, words.BEFORE, words.AFTER, words.EXPECTED)


def change_lines(account: AccountDiff) -> Iterator[str]:
    """Yield the account's title, its flips, and its settings as a table."""
    yield f"#### {escape(title(account))}"
    yield ""
    yield from _flips(account, "en")
    if account.settings:
        yield ""
        yield "| | setting | before | after | expected | |"
        yield "|---|---|---|---|---|---|"
    for change in account.settings:
        yield _row(change, "en", change.expected or "", change.note)
    yield ""


def plan_lines(report: AccountReport, diff: AccountDiff, frame: Frame) -> Iterator[str]:
    """Yield what a deploy changes: the settings, with the policy and the line of the program; then the rules."""
    yield f"#### {escape(title(diff, frame.language))}"
    yield ""
    if diff.settings:
        places = {outcome.setting: frame.from_root(outcome.place) for outcome in report.outcomes if outcome.place}
        located = any(change.setting in places for change in diff.settings)
        columns = (*_COLUMNS, *([words.LINE] if located else []), words.NOTE)
        yield f"| {' | '.join(map(frame.say, columns))} |"
        yield "|---" * len(columns) + "|"
        for change in diff.settings:
            place = [str(places.get(change.setting, "–"))] if located else []
            yield _row(change, frame.language, frame.say(change.expected or "–"), *place, frame.say(change.note))
        yield ""
    yield from _flips(diff, frame.language)
    yield ""


def _flips(diff: AccountDiff, language: Language) -> Iterator[str]:
    for mark, rules in grouped(diff.rules):
        names = escape(rule_names(rules, language))
        yield f"- {mark.sign} **{mark.words.of(language)}**{words.COLON.of(language)}{names}"


def _row(change: SettingChange, language: Language, *last: str) -> str:
    """Return a changed setting as a row of a table, with these last cells."""
    mark = words.DIRECTIONS[change.direction]
    cells = (last_key(change.setting), show(change.before, language), show(change.after, language), *last)
    return f"| {mark.sign} {mark.words.of(language)} | {' | '.join(map(escape, cells))} |"
