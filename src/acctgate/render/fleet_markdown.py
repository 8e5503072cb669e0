"""The summary of many accounts as Markdown: what changed, rules with their remediation, the worst accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from acctgate.model.outcome import MOST_SEVERE_FIRST
from acctgate.model.since import Since
from acctgate.render import words
from acctgate.render.base import Frame
from acctgate.render.fleet import Fleet
from acctgate.render.headlines import first_names, more, since_parts
from acctgate.render.markdown_text import cell, escape

_RULES: Final = 20
_WORST: Final = 10
_NAMES: Final = 10
_COLUMNS: Final = (words.RULE, words.SEVERITY, words.VIOLATED, words.OUTCOMES["unknown"], words.REMEDIATION.capitalized)
_LONGEST: Final = 120
"""Characters of a name from outside."""
_LONGEST_TEXT: Final = 300


def fleet_lines(fleet: Fleet, frame: Frame) -> Iterator[str]:
    """Yield the rules with findings, and the worst accounts."""
    say = frame.say
    if rules := fleet.rules():
        yield from (
            f"### {say(words.RULES_BY_ACCOUNTS)}",
            "",
            f"| {' | '.join(map(say, _COLUMNS))} |",
            "|---|---|--:|--:|---|",
        )
        for total in rules[:_RULES]:
            severity = say(words.SEVERITIES[total.severity])
            remediation = escape(frame.remediation(total.first)[:_LONGEST_TEXT])
            yield f"| {_cell(total.rule)} | {severity} | {total.failing:,} | {total.unknown:,} | {remediation} |"
        yield from ("", *_more(len(rules) - _RULES, frame))
    if worst := fleet.worst():
        severities = [say(words.SEVERITIES[severity]) for severity in MOST_SEVERE_FIRST]
        names = [say(words.ACCOUNT), say(words.FOLDER), *severities, say(words.OUTCOMES["unknown"])]
        yield from (f"### {say(words.WORST)}", "", f"| {' | '.join(names)} |", "|---|---|--:|--:|--:|--:|--:|")
        for found in worst[:_WORST]:
            name = f"{found.alias} ({found.account})" if found.alias and found.account else found.alias or found.account
            counts = " | ".join(map(str, (*found.failing, found.unknown)))
            yield f"| {_cell(name or say(words.UNKNOWN_ID))} | {_cell(found.folder or '')} | {counts} |"
        yield ""


def since_lines(since: Since, frame: Frame) -> Iterator[str]:
    """Yield what changed since an earlier run. Accounts that are gone come first."""
    yield from (f"### {_cell(frame.say(words.SINCE).format(since.source))}", "")
    parts = since_parts(since)
    for title, names in parts:
        sign = "⚠️ " if title == words.GONE else ""
        listed = first_names(map(_cell, names[:_NAMES]), len(names), frame.language)
        yield f"- **{sign}{len(names):,} {frame.say(title)}**{frame.say(words.COLON)}{listed}"
    if not parts:
        yield frame.say(words.NO_CHANGE)
    yield ""


def _more(count: int, frame: Frame) -> list[str]:
    return [frame.say(more(count)), ""] if count > 0 else []


def _cell(text: str) -> str:
    return cell(text, _LONGEST)
