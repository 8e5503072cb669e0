"""The summary of many accounts as Markdown: what changed, rules with their remediation, the worst accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from acctgate.model.since import Since
from acctgate.render import fleet_words, words
from acctgate.render.base import Frame
from acctgate.render.fleet import SEVERITIES, Fleet
from acctgate.render.markdown_text import escape
from acctgate.render.page import texts

_RULES: Final = 20
_WORST: Final = 10
_NAMES: Final = 10
_LONGEST: Final = 120
"""Characters of a name from outside."""
_LONGEST_TEXT: Final = 300


def fleet_lines(fleet: Fleet, frame: Frame) -> Iterator[str]:
    """Yield the rules with findings, and the worst accounts."""
    say = frame.say
    if rules := fleet.rules():
        names = [*map(say, fleet_words.RULE_HEADER), say(words.REMEDIATION)]
        yield from (f"### {say(fleet_words.RULES)}", "", f"| {' | '.join(names)} |", "|---|---|--:|--:|---|")
        for total in rules[:_RULES]:
            severity = say(texts.SEVERITIES[total.severity])
            remediation = escape(frame.remediation(total.first)[:_LONGEST_TEXT])
            yield f"| {_cell(total.rule)} | {severity} | {total.failing:,} | {total.unknown:,} | {remediation} |"
        yield from ("", *_more(len(rules) - _RULES, frame))
    if worst := fleet.worst():
        severities = [say(texts.SEVERITIES[severity]) for severity in SEVERITIES]
        names = [say(fleet_words.ACCOUNT), say(fleet_words.FOLDER), *severities, say(texts.OUTCOMES["unknown"])]
        yield from (f"### {say(fleet_words.WORST)}", "", f"| {' | '.join(names)} |", "|---|---|--:|--:|--:|--:|--:|")
        for found in worst[:_WORST]:
            name = f"{found.alias} ({found.account})" if found.alias and found.account else found.alias or found.account
            counts = " | ".join(map(str, (*found.failing, found.unknown)))
            yield f"| {_cell(name or say(words.UNKNOWN_ACCOUNT))} | {_cell(found.folder or '')} | {counts} |"
        yield ""


def since_lines(since: Since, frame: Frame) -> Iterator[str]:
    """Yield what changed since an earlier run. Accounts that are gone come first."""
    yield from (f"### {_cell(frame.say(fleet_words.SINCE).format(since.source))}", "")
    for title, names in fleet_words.since_parts(since):
        sign = "⚠️ " if title == texts.GONE else ""
        yield f"- **{sign}{len(names):,} {frame.say(title)}**{frame.say(texts.COLON)}{_listed(names, frame)}"
    if not fleet_words.since_parts(since):
        yield frame.say(texts.NO_CHANGE)
    yield ""


def _more(count: int, frame: Frame) -> list[str]:
    return [frame.say(fleet_words.MORE).format(f"{count:,}"), ""] if count > 0 else []


def _listed(names: Sequence[str], frame: Frame) -> str:
    more = f" {frame.say(fleet_words.MORE).format(f'{len(names) - _NAMES:,}')}" if len(names) > _NAMES else ""
    return ", ".join(map(_cell, names[:_NAMES])) + more


def _cell(text: str) -> str:
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
