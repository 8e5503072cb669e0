"""The page's table of rules: how often each rule fails, and its remediation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from acctgate.language import Words
from acctgate.model.outcome import MOST_SEVERE_FIRST, Level, Outcome, Result
from acctgate.model.report import AccountReport
from acctgate.rules.base import Rule


class RuleStatistics:
    """One rule over all accounts."""

    def __init__(self, number: int, outcome: Outcome, rule: Rule[Any] | None) -> None:
        self.number = number
        """Accounts link to the rule by this number."""
        self.first = outcome
        chinese = rule.translations.get("zh") if rule else None
        title = rule.title if rule else ""
        self.title = Words(title, chinese.title if chinese else title)
        self.remediation = Words(outcome.remediation, chinese.remediation if chinese else outcome.remediation)
        self.severity = outcome.severity
        self.counts = Counter[Result]()
        self.levels: dict[Level, None] = {}
        self._blocking = 0

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.count(outcome.outcome, blocks=blocks(outcome))
        self.severity = min(self.severity, outcome.severity, key=MOST_SEVERE_FIRST.index)  # groups can override it
        self.levels.setdefault(outcome.level)

    def count(self, result: Result, number: int = 1, *, blocks: bool) -> None:
        """Count a result, or with -1 the one that a later snapshot replaces."""
        self.counts[result] += number
        self._blocking += number if blocks else 0

    @property
    def found(self) -> int:
        """The number of failed, unknown and waived outcomes."""
        return self.counts["fail"] + self.counts["unknown"] + self.counts["waived"]

    def urgency(self) -> tuple[bool, bool, int, int]:
        """Return the sort key: blocking rules first, then other findings, then by severity."""
        return (not self._blocking, not self.found, MOST_SEVERE_FIRST.index(self.severity), self.number)


def blocks(outcome: Outcome) -> bool:
    """Return whether an outcome keeps its account from passing."""
    return outcome.binding and outcome.outcome in ("fail", "unknown")


class Rules:
    """Counts the outcomes of each rule over the latest snapshot of each account."""

    def __init__(self, rules: Iterable[Rule[Any]]) -> None:
        self._known = {rule.id: rule for rule in rules}
        self._rules: dict[str, RuleStatistics] = {}
        self._latest: dict[str, list[tuple[RuleStatistics, Result, bool]]] = {}
        """What was counted of each account, to take it back if a later snapshot follows."""

    def add(self, report: AccountReport) -> None:
        """Count the outcomes of one account."""
        counted = []
        for outcome in report.outcomes:
            rule = self._rules.get(outcome.rule)
            if rule is None:
                rule = RuleStatistics(len(self._rules) + 1, outcome, self._known.get(outcome.rule))
                self._rules[outcome.rule] = rule
            rule.add(outcome)
            counted.append((rule, outcome.outcome, blocks(outcome)))
        if report.account is not None:
            for rule, result, blocked in self._latest.get(report.account, ()):
                rule.count(result, -1, blocks=blocked)
            self._latest[report.account] = counted

    def number(self, rule: str) -> int:
        """Return the number of a rule that was counted."""
        return self._rules[rule].number

    def sorted(self) -> list[RuleStatistics]:
        """Return the rules, the most urgent first."""
        return sorted(self._rules.values(), key=RuleStatistics.urgency)
