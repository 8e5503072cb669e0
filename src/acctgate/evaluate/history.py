"""A folder of earlier snapshots: since when a violation is open, and the verdicts on each day.

Every snapshot is judged by today's policy, at any age and without waivers, so that a changed policy does not look like
a changed account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple

from acctgate.evaluate.prepare import prepare
from acctgate.evaluate.since import EarlierAccount, SinceComparison
from acctgate.model.organization import RECORD
from acctgate.model.report import AccountReport
from acctgate.model.since import Day
from acctgate.policy.policy import Policy
from acctgate.reading import SourceError
from acctgate.sources.snapshots import read_whole
from acctgate.text import os_reason
from acctgate.times import parse_utc, timestamp

MOST_DAYS: Final = 60
_SUFFIXES: Final = frozenset({".json", ".ndjson"})


class _Entry(NamedTuple):
    """An account in one snapshot of the folder."""

    taken: datetime
    account: EarlierAccount


_taken: Final = attrgetter("taken")


class History:
    """The accounts of a folder, each by time."""

    def __init__(
        self, folder: Path, entries: dict[str, list[_Entry]], now: datetime, nameless: Collection[str] = ()
    ) -> None:
        self._folder, self._entries, self._now = folder, entries, now.astimezone(UTC)
        self._nameless = nameless
        for found in entries.values():
            found.sort(key=_taken)
        self._last: dict[str, _Entry] = {}
        self._before = {account: found[-1].account for account, found in entries.items()}
        """What each account is compared with: its last snapshot, before the judged one if it is judged."""

    def watch(self, reports: Iterable[AccountReport]) -> Iterator[AccountReport]:
        """Yield the reports with the time since which each violation is open."""
        for report in reports:
            yield self._with_times(report)

    def comparison(self) -> SinceComparison:
        """Return what compares accounts with their last earlier snapshots. It must see them after `watch`."""
        return SinceComparison(str(self._folder), self._before, nameless=[*self._nameless])

    def days(self) -> tuple[Day, ...]:
        """Return the verdicts on each day with a snapshot, the judged ones included, the latest days only."""
        entries: dict[str, list[_Entry]] = {account: list(found) for account, found in self._entries.items()}
        for account, entry in self._last.items():
            entries[account] = sorted([*entries.get(account, ()), entry], key=_taken)
        days = sorted({entry.taken.date() for found in entries.values() for entry in found})[-MOST_DAYS:]
        result = []
        for day in days:
            until = [[each for each in found if each.taken.date() <= day] for found in entries.values()]
            verdicts = Counter(found[-1].account.verdict for found in until if found)
            result.append(Day(day.isoformat(), verdicts["fail"], verdicts["unknown"], verdicts["pass"]))
        return tuple(result)

    def _with_times(self, report: AccountReport) -> AccountReport:
        if report.account is None:
            return report
        taken = parse_utc(report.taken_at) or self._now
        self._last[report.account] = _Entry(taken, EarlierAccount.of(report))
        earlier = [entry for entry in self._entries.get(report.account, ()) if entry.taken < taken]
        self._before.pop(report.account, None)
        if earlier:
            self._before[report.account] = earlier[-1].account
        outcomes = tuple(
            replace(outcome, open_since=_since(outcome.rule, earlier, taken)) if outcome.outcome == "fail" else outcome
            for outcome in report.outcomes
        )
        return replace(report, outcomes=outcomes)


def _since(rule: str, earlier: list[_Entry], taken: datetime) -> str:
    """Return the time of the first snapshot in an unbroken row in which the rule fails."""
    first = taken
    for entry in reversed(earlier):
        if rule not in entry.account.failing:
            break
        first = entry.taken
    return timestamp(first)


def read_history(folder: Path, policy: Policy, now: datetime) -> History:
    """Read the snapshots in a folder (JSON and NDJSON), and judge each by the policy.

    Args:
        folder: The folder, as `acctgate snapshot --output FOLDER/` fills it. Further folders in it are not read.
        policy: Today's policy.
        now: The time of judgement (with a time zone).

    Raises:
        SourceError: The folder or a snapshot cannot be read, or one does not say when it was taken.
    """
    try:
        names = (path for path in folder.iterdir() if path.suffix in _SUFFIXES)
        files = sorted(path for path in names if not path.name.endswith(RECORD))
    except OSError as error:
        raise SourceError(f"{folder}: {os_reason(error)}") from None
    judge = prepare(policy.at_any_age(), now)
    entries: dict[str, list[_Entry]] = {}
    nameless: dict[str, None] = {}
    # All files at once: an account of another part of a run is unknown only if no file has that part.
    for account in read_whole(map(str, files)):
        taken = parse_utc(account.taken_at)
        if taken is None:
            file = account.read_as.file if account.read_as else None
            raise SourceError(f"{file or folder}: no taken_at, so its place in the history is not known")
        earlier = EarlierAccount.of(judge(account))
        if account.account_id is None:
            nameless[earlier.name] = None
        else:
            entries.setdefault(account.account_id, []).append(_Entry(taken, earlier))
    return History(folder, entries, now, nameless)
