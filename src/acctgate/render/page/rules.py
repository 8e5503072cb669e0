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
        self._blocks = False

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.counts[outcome.outcome] += 1
        self.severity = min(self.severity, outcome.severity, key=MOST_SEVERE_FIRST.index)  # groups can override it
        self.levels.setdefault(outcome.level)
        self._blocks |= outcome.binding and outcome.outcome in ("fail", "unknown")

    @property
    def found(self) -> int:
        """The number of failed, unknown and waived outcomes."""
        return self.counts["fail"] + self.counts["unknown"] + self.counts["waived"]

    def urgency(self) -> tuple[bool, bool, int, int]:
        """Return the sort key: blocking rules first, then other findings, then by severity."""
        return (not self._blocks, not self.found, MOST_SEVERE_FIRST.index(self.severity), self.number)


class Rules:
    """Counts the outcomes of each rule."""

    def __init__(self, rules: Iterable[Rule[Any]]) -> None:
        self._known = {rule.id: rule for rule in rules}
        self._rules: dict[str, RuleStatistics] = {}

    def add(self, report: AccountReport) -> None:
        """Count the outcomes of one account."""
        for outcome in report.outcomes:
            rule = self._rules.get(outcome.rule)
            if rule is None:
                rule = RuleStatistics(len(self._rules) + 1, outcome, self._known.get(outcome.rule))
                self._rules[outcome.rule] = rule
            rule.add(outcome)

    def number(self, rule: str) -> int:
        """Return the number of a rule that was counted."""
        return self._rules[rule].number

    def sorted(self) -> list[RuleStatistics]:
        """Return the rules, the most urgent first."""
        return sorted(self._rules.values(), key=RuleStatistics.urgency)
