"""Block only what is new: violations that an earlier report has already are shown, and do not count. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from acctgate.model.outcome import Outcome, WaiverNote
from acctgate.model.report import AccountReport, Report, verdict_of
from acctgate.rules.order import compare

Key = tuple[str | None, str, str | None, str]
"""Account, rule, pack, and what became of it."""


@dataclass(slots=True)
class Baseline:
    """What was known when the baseline was written, and what of it is still there."""

    source: str
    known: Mapping[Key, Any]
    """With the value that was found."""
    seen: set[Key] = field(default_factory=set)

    @classmethod
    def of(cls, report: Report, source: str) -> Baseline:
        """The violations of a report, and what it could not decide.

        What was undecided then and is violated now is new: nobody has known of it. A report that was itself made with
        a baseline keeps what that one knew.
        """
        found = {
            _key(account, _as_found(outcome)): outcome.actual
            for account in report.accounts
            for outcome in account.outcomes
        }
        return cls(source, {key: actual for key, actual in found.items() if key[3] in ("fail", "unknown")})

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
        if _worse(outcome.setting, self.known[key], outcome.actual):
            return replace(outcome, message=f"{outcome.message} (worse than in the baseline)")
        note = WaiverNote(f"already in {self.source}", "baseline", "", outcome.outcome)
        return replace(outcome, outcome="waived", message=f"{outcome.message} (in the baseline)", waiver=note)

    @property
    def gone(self) -> list[Key]:
        """What the baseline has and the accounts no longer: it can shrink by that."""
        return sorted(self.known.keys() - self.seen, key=str)


def _worse(setting: str, before: Any, after: Any) -> bool:
    """Whether a value is looser than the one that the baseline excuses."""
    if isinstance(before, dict) and isinstance(after, dict):
        return _without_mfa(after) > _without_mfa(before)
    return compare(setting, before, after).direction in ("looser", "mixed")


def _without_mfa(counts: dict[str, Any]) -> int:
    users, bound = counts.get("SubUser"), counts.get("SubUserBindMfa")
    return users - bound if isinstance(users, int) and isinstance(bound, int) else 0


def _as_found(outcome: Outcome) -> Outcome:
    """The outcome before a baseline waived it."""
    waiver = outcome.waiver
    if waiver is None or waiver.expires or waiver.outcome is None:
        return outcome
    return replace(outcome, outcome=waiver.outcome)


def _key(report: AccountReport, outcome: Outcome) -> Key:
    pack = outcome.actual.get("CompliancePackId") if isinstance(outcome.actual, dict) else None
    return report.account, outcome.rule, pack if isinstance(pack, str) else None, outcome.outcome
