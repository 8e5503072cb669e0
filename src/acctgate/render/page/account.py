"""An account on the page: its outcomes grouped by result and level."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, get_args

from markupsafe import Markup

from acctgate.language import LANGUAGES, Bilingual, Words
from acctgate.model.outcome import WORST_FIRST, Level, Outcome, Result, Severity, reason_of
from acctgate.model.report import AccountReport
from acctgate.render.findings import read_line, who
from acctgate.render.page.environment import MAX_TEXT, macros
from acctgate.render.page.texts import Texts
from acctgate.render.ranking import rank
from acctgate.render.words import SIGNS

_MAX_NAMES: Final = 50
"""Names in a row."""
_MAX_WHO: Final = 6000
"""Characters of the names in a row, with their note."""
_MAX_EXPECTED: Final = 120
"""Characters of what a policy expects."""


class RuleName(NamedTuple):
    """A rule in a row."""

    name: str
    number: int | None
    """The number of the rule in the table of rules, for a link."""
    times: int = 1
    """How many of its outcomes the row shows."""


class Row(NamedTuple):
    """Rules with the same message and expected value."""

    rules: list[RuleName]
    text: str = ""
    expected: str | None = None
    names: str = ""
    """Who is behind it, if that was asked for."""
    severity: Severity | None = None
    """None for what needs no attention."""

    @property
    def total(self) -> int:
        """The number of outcomes that the row shows."""
        return sum(rule.times for rule in self.rules)


class Group(NamedTuple):
    """Outcomes with the same result and level."""

    outcome: Result
    level: Level
    rows: list[Row]


def account_summary(report: AccountReport, score: int | None, *, whole: bool) -> Markup:
    """Return the visible line of an account, without its closing tag.

    Args:
        report: The account.
        score: Its security score, if known.
        whole: Whether the account's values are shown, too.
    """
    counts = _counts(report.outcomes)
    line: Markup = macros("account.html.j2").summary(report, score, counts, whole)  # type: ignore[attr-defined]
    return line


def account_details(report: AccountReport, number: Callable[[str], int], texts: Texts, *, whole: bool) -> Markup:
    """Return what an account's visible line folds.

    Args:
        report: The account.
        number: Returns the number of a rule in the table of rules.
        texts: Notes the texts of the rows in both languages.
        whole: Whether values are shown; otherwise only the rules by result.
    """
    outcomes = sorted(report.outcomes, key=rank)
    groups = [
        Group(name, level, _rows(name, found, number, texts) if whole else [_short_row(found)])
        for name, level in _order(outcomes)
        if (found := [o for o in outcomes if o.outcome == name and o.level == level])
    ]
    details: Markup = macros("account.html.j2").account(  # type: ignore[attr-defined]
        groups, whole, Words(read_line(report, "en"), read_line(report, "zh"))
    )
    return details


def _order(outcomes: Iterable[Outcome]) -> list[tuple[Result, Level]]:
    """Return results and levels in the order of the page: what blocks comes first, whether it fails or is unknown."""
    blocking = {(each.outcome, each.level) for each in outcomes if each.outcome in ("fail", "unknown") and each.binding}
    pairs = [(name, level) for name in WORST_FIRST for level in get_args(Level)]
    return sorted(pairs, key=lambda pair: pair not in blocking)


def _counts(outcomes: Iterable[Outcome]) -> str:
    """Return the number of each result; of findings, those that block and those that do not: `✗6+4 ✓9`."""
    counts = Counter((each.outcome, each.binding) for each in outcomes)
    parts = []
    for name in WORST_FIRST:
        blocking, rest = counts[name, True], counts[name, False]
        split = name in ("fail", "unknown") and rest
        if blocking + rest:
            parts.append(f"{SIGNS[name]}{f'{blocking}+{rest}' if split else blocking + rest}")
    return " ".join(parts)


def _rows(name: Result, outcomes: list[Outcome], number: Callable[[str], int], texts: Texts) -> list[Row]:
    """Return a row for each passed rule; other rules share a row if all else is the same."""
    if name == "pass":
        return [Row([RuleName(each.rule, None)], texts.show(_passed_value(each), MAX_TEXT)) for each in outcomes]
    rows: dict[tuple[str, str | None, str, Severity | None], list[RuleName]] = {}
    for outcome in outcomes:
        expected = None if name in ("unknown", "skipped") else texts.show(outcome.expected, _MAX_EXPECTED)
        rule = RuleName(outcome.rule, None if name == "skipped" else number(outcome.rule))
        severity = None if name == "skipped" else outcome.severity
        text = texts.show(reason_of(outcome.message), MAX_TEXT)
        names = texts.show(Bilingual(*(who(outcome, _MAX_NAMES, each) for each in LANGUAGES)), _MAX_WHO)
        key = (text, expected, names, severity)
        rows.setdefault(key, []).append(rule)
    return [Row(rules, *key) for key, rules in rows.items()]


def _passed_value(outcome: Outcome) -> str:
    if outcome.actual == "" or not isinstance(outcome.actual, (str, int, float)):
        return outcome.message
    text = outcome.actual if isinstance(outcome.actual, str) else json.dumps(outcome.actual)
    return text if len(text) <= 60 else text[:59] + "…"


def _short_row(outcomes: list[Outcome]) -> Row:
    counts = Counter(outcome.rule for outcome in outcomes)
    return Row([RuleName(rule, None, count) for rule, count in counts.items()])
