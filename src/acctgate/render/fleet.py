"""Totals over many accounts: rules by how many accounts they concern, and the worst accounts. Bounded in memory."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import Final, NamedTuple

from acctgate.model.outcome import MOST_SEVERE_FIRST, Outcome, Severity, Verdict
from acctgate.model.report import AccountReport

FEW: Final = 5
"""Up to how many accounts text and Markdown show each account in detail."""
_WORST: Final = 20


class RuleTotal:
    """A mandatory rule over all accounts."""

    def __init__(self, outcome: Outcome) -> None:
        self.rule, self.severity, self.first = outcome.rule, outcome.severity, outcome
        self.failing = 0
        """Accounts that violate it."""
        self.unknown = 0
        """Accounts for which it is unknown, and that do not violate it."""
        self.open_since: str | None = None
        """Since when the oldest violation is open."""

    def add(self, outcome: Outcome) -> None:
        """Add an account's outcome."""
        self._count(outcome.severity, outcome.open_since)
        self.failing += outcome.outcome == "fail"
        self.unknown += outcome.outcome == "unknown"

    def merge(self, later: RuleTotal) -> None:
        """Add the accounts of another total of the rule."""
        self._count(later.severity, later.open_since)
        self.failing += later.failing
        self.unknown += later.unknown

    def _count(self, severity: Severity, open_since: str | None) -> None:
        if severity != self.severity:  # groups can override it
            self.severity = min(self.severity, severity, key=MOST_SEVERE_FIRST.index)
        if open_since and (self.open_since is None or open_since < self.open_since):
            self.open_since = open_since


class WorstAccount(NamedTuple):
    """An account with mandatory findings. Greater is worse, and with the same counts, the earlier one."""

    failing: tuple[int, ...]
    """Violations by severity, the most severe first."""
    unknown: int
    order: int
    account: str | None
    alias: str | None
    folder: str | None
    verdict: Verdict


class Fleet:
    """Adds up the reports on many accounts."""

    def __init__(self) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.folders: Counter[tuple[str, Verdict]] = Counter()
        """Folder and verdict → accounts. Empty if no account has a folder."""
        self._rules: dict[str, RuleTotal] = {}
        self._worst: list[WorstAccount] = []
        self.count = 0
        """How many accounts were added."""

    def add(self, report: AccountReport) -> None:
        """Add one account."""
        self.count += 1
        self.verdicts[report.verdict] += 1
        folder = report.member.folder if report.member else None
        if folder is not None:
            self.folders[folder, report.verdict] += 1
        blocking = [each for each in report.outcomes if each.outcome in ("fail", "unknown") and each.binding]
        self._add_rules(blocking)
        if blocking:
            failing = [each.severity for each in blocking if each.outcome == "fail"]
            counts = tuple(map(failing.count, MOST_SEVERE_FIRST))
            unknown = len(blocking) - len(failing)
            found = WorstAccount(counts, unknown, -self.count, report.account, report.alias, folder, report.verdict)
            self._rank(found)

    def merge(self, later: Fleet) -> None:
        """Add the accounts of another fleet, which come after those of this one."""
        self.verdicts.update(later.verdicts)
        self.folders.update(later.folders)
        for rule, total in later._rules.items():
            if rule in self._rules:
                self._rules[rule].merge(total)
            else:
                self._rules[rule] = total
        for found in later._worst:
            self._rank(found._replace(order=found.order - self.count))
        self.count += later.count

    def _rank(self, found: WorstAccount) -> None:
        push = heapq.heappush if len(self._worst) < _WORST else heapq.heappushpop
        push(self._worst, found)

    def _add_rules(self, blocking: list[Outcome]) -> None:
        results: dict[str, Outcome] = {}
        for outcome in blocking:  # a rule may have several outcomes
            if outcome.outcome == "fail" or outcome.rule not in results:
                results[outcome.rule] = outcome
        for rule, outcome in results.items():
            if rule not in self._rules:
                self._rules[rule] = RuleTotal(outcome)
            self._rules[rule].add(outcome)

    def rules(self) -> list[RuleTotal]:
        """Return the rules with findings: those that most accounts violate first, then by severity."""
        return sorted(
            self._rules.values(),
            key=lambda total: (-total.failing, MOST_SEVERE_FIRST.index(total.severity), -total.unknown, total.rule),
        )

    def worst(self) -> list[WorstAccount]:
        """Return the worst accounts, the worst first."""
        return sorted(self._worst, reverse=True)
