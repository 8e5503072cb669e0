"""The changes of one account as lines of Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from acctgate.model.diff import AccountDiff
from acctgate.model.report import AccountReport
from acctgate.redact import clean
from acctgate.render.base import Frame
from acctgate.render.changes import DIRECTIONS, FLIPS, grouped, last_key, rule_name, show, title
from acctgate.render.markdown_text import escape
from acctgate.render.page import texts
from acctgate.render.words import CHANGE_HEADER, COMMENT_VERDICTS, UNKNOWN_ACCOUNT


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


def plan_lines(report: AccountReport, diff: AccountDiff, frame: Frame) -> Iterator[str]:
    """Yield what a deploy changes: the settings, with the policy and the line of the program; then the rules."""
    yield f"#### {escape(_title(diff, frame))}"
    yield ""
    if diff.settings:
        lines = {outcome.setting: frame.from_root(outcome.place) for outcome in report.outcomes if outcome.place}
        yield f"| {' | '.join(frame.say(words) for words in CHANGE_HEADER)} |"
        yield "|---" * len(CHANGE_HEADER) + "|"
        for change in diff.settings:
            place = lines.get(change.setting)
            cells = (
                last_key(change.setting),
                show(change.before),
                show(change.after),
                change.expected or "–",
                f"{place.file}:{place.line}" if place else "–",
                change.note,
            )
            sign = DIRECTIONS[change.direction].sign
            yield f"| {sign} {frame.say(texts.DIRECTIONS[change.direction])} | {' | '.join(map(escape, cells))} |"
        yield ""
    for flip, rules in grouped(diff.rules):
        names = escape(", ".join(map(rule_name, rules)))
        yield f"- {FLIPS[flip].sign} **{frame.say(texts.FLIPS[flip])}**{frame.say(texts.COLON)}{names}"
    yield ""


def _title(diff: AccountDiff, frame: Frame) -> str:
    if frame.language == "en":
        return title(diff)
    name = clean(diff.account or UNKNOWN_ACCOUNT.zh, 300)
    alias = f"（{clean(diff.alias, 300)}）" if diff.alias else ""
    before, after = (COMMENT_VERDICTS[each].zh if each else "无" for each in (diff.before, diff.after))
    return f"账号 {name}{alias}：{before if before == after else f'{before} → {after}'}"
