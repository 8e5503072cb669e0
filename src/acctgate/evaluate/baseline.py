"""Block only new findings: what an earlier report has already is shown, but does not count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from acctgate.model.outcome import BaselineNote, Outcome, Result
from acctgate.model.report import AccountReport, Report, verdict_of
from acctgate.rules import RULES
from acctgate.rules.base import Rule
from acctgate.rules.comparison import Comparison


class BaselineEntry(NamedTuple):
    """A finding in a baseline."""

    account: str | None
    rule: str
    pack: str | None
    """The compliance pack, if the rule has an outcome for each."""
    outcome: Result


@dataclass(slots=True)
class Baseline:
    """The findings of an earlier report. It remembers which of them still exist."""

    source: str
    """The file that the report is in, for messages."""
    known: Mapping[BaselineEntry, Any]
    """Each finding, with the setting's value then."""
    comparison: Comparison
    """Decides whether a finding got worse."""
    seen: set[BaselineEntry] = field(default_factory=set)

    @classmethod
    def of(cls, report: Report, source: str, rules: Iterable[Rule[Any]] = RULES) -> Baseline:
        """Return the baseline that a report is: its violations and unknown outcomes.

        An outcome that was unknown then and is a violation now is new. A report that was itself made with a baseline
        includes the findings of that baseline.

        Args:
            report: The earlier report.
            source: The file that it is in, for messages.
            rules: The rules of the policy: their orders say whether a finding got worse.
        """
        entries = {
            _entry(account, _before_baseline(outcome)): outcome.actual
            for account in report.accounts
            for outcome in account.outcomes
        }
        known = {entry: actual for entry, actual in entries.items() if entry.outcome in ("fail", "unknown")}
        return cls(source, known, Comparison(rules))

    def apply(self, report: AccountReport) -> AccountReport:
        """Return the report with known findings waived. For an account without an id nothing is known."""
        outcomes = tuple(self._apply(report, outcome) for outcome in report.outcomes)
        return replace(report, outcomes=outcomes, verdict=verdict_of(outcomes))

    def _apply(self, report: AccountReport, outcome: Outcome) -> Outcome:
        entry = _entry(report, outcome)
        if report.account is None or entry not in self.known:
            return outcome
        self.seen.add(entry)
        move = self.comparison.compare_actual(outcome.rule, outcome.setting, self.known[entry], outcome.actual)
        if move.direction in ("looser", "mixed"):
            return replace(outcome, message=f"{outcome.message} (worse than in the baseline)")
        note = BaselineNote(self.source, outcome.outcome)
        return replace(outcome, outcome="waived", message=f"{outcome.message} (in the baseline)", baseline=note)

    @property
    def stale(self) -> list[BaselineEntry]:
        """The entries that no account needs any more. Complete after the last account."""
        return sorted(self.known.keys() - self.seen, key=str)


def _before_baseline(outcome: Outcome) -> Outcome:
    """Return the outcome as it was before a baseline waived it."""
    return replace(outcome, outcome=outcome.baseline.outcome) if outcome.baseline else outcome


def _entry(report: AccountReport, outcome: Outcome) -> BaselineEntry:
    pack = outcome.actual.get("CompliancePackId") if isinstance(outcome.actual, dict) else None
    return BaselineEntry(report.account, outcome.rule, pack if isinstance(pack, str) else None, outcome.outcome)
