"""Block only what is new: violations that an earlier report has already are shown, and do not count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from acctgate.report import AccountReport, Outcome, Report, WaiverNote, verdict_of

Key = tuple[str | None, str, str | None, str]
"""Account, rule, pack, and what became of it."""


@dataclass(slots=True)
class Baseline:
    """What was known when the baseline was written, and what of it is still there."""

    source: str
    known: frozenset[Key]
    seen: set[Key] = field(default_factory=set)

    @classmethod
    def of(cls, report: Report, source: str) -> Baseline:
        """The violations of a report, and what it could not decide.

        What was undecided then and is violated now is new: nobody has known of it. A report that was itself made with
        a baseline keeps what that one knew.
        """
        found = (_key(account, _as_found(outcome)) for account in report.accounts for outcome in account.outcomes)
        return cls(source, frozenset(key for key in found if key[3] in ("fail", "unknown")))

    def apply(self, reports: Iterable[AccountReport]) -> Iterator[AccountReport]:
        """The reports with what is old waived by the baseline. An account without a name has nothing old."""
        for report in reports:
            outcomes = tuple(self._apply(report, outcome) for outcome in report.outcomes)
            yield replace(report, outcomes=outcomes, verdict=verdict_of(outcomes))

    def _apply(self, report: AccountReport, outcome: Outcome) -> Outcome:
        key = _key(report, outcome)
        if report.account is None or key not in self.known:
            return outcome
        self.seen.add(key)
        note = WaiverNote(f"already in {self.source}", "baseline", "", outcome.outcome)
        return replace(outcome, outcome="waived", message=f"{outcome.message} (in the baseline)", waiver=note)

    @property
    def gone(self) -> list[Key]:
        """What the baseline has and the accounts no longer: it can shrink by that."""
        return sorted(self.known - self.seen, key=str)


def _as_found(outcome: Outcome) -> Outcome:
    """The outcome before a baseline waived it."""
    waiver = outcome.waiver
    if waiver is None or waiver.expires or waiver.outcome is None:
        return outcome
    return replace(outcome, outcome=waiver.outcome)


def _key(report: AccountReport, outcome: Outcome) -> Key:
    pack = outcome.actual.get("CompliancePackId") if isinstance(outcome.actual, dict) else None
    return report.account, outcome.rule, pack if isinstance(pack, str) else None, outcome.outcome
