"""The page's totals: the figures at the top, and the notices about old snapshots."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from acctgate.model.outcome import Result, Verdict
from acctgate.model.report import AccountReport, age_notice_of


class _Latest(NamedTuple):
    verdict: Verdict
    outcomes: Counter[tuple[Result, bool]]
    """The number of each result, of rules that block and of those that do not."""
    score: int | None


class Totals:
    """The totals over the latest snapshot of each account."""

    def __init__(self) -> None:
        self._latest: dict[str | int, _Latest] = {}
        """By ID. An account without an ID has its number in the input."""
        self._count = 0

    def add(self, report: AccountReport, score: int | None) -> None:
        """Add one account with its security score, if known."""
        outcomes = Counter((each.outcome, each.binding) for each in report.outcomes)
        key = self._count if report.account is None else report.account
        self._latest[key] = _Latest(report.verdict, outcomes, score)
        self._count += 1

    @property
    def verdicts(self) -> Counter[Verdict]:
        """The number of accounts with each verdict."""
        return Counter(latest.verdict for latest in self._latest.values())

    @property
    def counts(self) -> Counter[tuple[Result, bool]]:
        """The number of each result, of rules that block and of those that do not."""
        return sum((latest.outcomes for latest in self._latest.values()), Counter[tuple[Result, bool]]())

    @property
    def accounts(self) -> int:
        """The number of accounts: fewer than snapshots if some have several."""
        return len(self._latest)

    @property
    def lowest_score(self) -> int | None:
        """The lowest security score, None if none is known."""
        return min((each.score for each in self._latest.values() if each.score is not None), default=None)


class OldSnapshots:
    """The notices about old snapshots: of each account's latest one, as a history has old ones on purpose."""

    def __init__(self) -> None:
        self._latest: dict[str | int, str] = {}
        self._count = 0

    def add(self, report: AccountReport) -> None:
        """Add an account's notice, if it has one."""
        self._latest[self._count if report.account is None else report.account] = age_notice_of(report)
        self._count += 1

    @property
    def notices(self) -> list[str]:
        """One notice for each account whose latest snapshot is old."""
        return [notice for notice in self._latest.values() if notice]
