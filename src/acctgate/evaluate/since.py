"""Compare the accounts of a report with those of an earlier one. Pure but for reading the earlier report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from acctgate.model.outcome import Verdict
from acctgate.model.report import AccountReport
from acctgate.model.report_document import read_account, read_report
from acctgate.model.since import Since
from acctgate.reading import LARGEST_OF_MANY, SourceError, read_text
from acctgate.redact import one_line
from acctgate.strict_json import read_json


@dataclass(frozen=True, slots=True)
class EarlierAccount:
    """An account in an earlier report."""

    name: str
    verdict: Verdict
    failing: frozenset[str]
    """The rules that it violated."""
    blocking: frozenset[str]
    """The mandatory ones of these."""

    @classmethod
    def of(cls, report: AccountReport) -> EarlierAccount:
        """Return what is compared of a report."""
        failed = [each for each in report.outcomes if each.outcome == "fail"]
        blocking = frozenset(each.rule for each in failed if each.binding)
        return cls(name_of(report), report.verdict, frozenset(each.rule for each in failed), blocking)


@dataclass(slots=True)
class SinceComparison:
    """Compares accounts as they pass by. Of several snapshots of one account, the last one counts."""

    source: str
    before: Mapping[str, EarlierAccount]
    judged_at: str | None = None
    nameless: list[str] = field(default_factory=list)
    """Accounts on either side that have no ID."""
    _now: dict[str, EarlierAccount] = field(default_factory=dict)

    def watch(self, reports: Iterable[AccountReport]) -> Iterator[AccountReport]:
        """Yield the reports unchanged."""
        for report in reports:
            if report.account is None:
                self.nameless.append(name_of(report))
            else:
                self._now[report.account] = EarlierAccount.of(report)
            yield report

    def result(self) -> Since:
        """Return what changed. Complete after the last report."""
        pairs = [(self.before[account], now) for account, now in self._now.items() if account in self.before]
        rules = Counter(rule for old, now in pairs for rule in sorted(now.blocking - old.blocking))
        return Since(
            self.source,
            newly_blocked=_names(now for old, now in pairs if now.verdict == "fail" != old.verdict),
            newly_unknown=_names(now for old, now in pairs if now.verdict == "unknown" != old.verdict),
            repaired=_names(now for old, now in pairs if now.verdict == "pass" != old.verdict),
            new=_names(now for account, now in self._now.items() if account not in self.before),
            gone=_names(old for account, old in self.before.items() if account not in self._now),
            newly_failing=dict(rules.most_common()),
            judged_at=self.judged_at,
            not_compared=tuple(self.nameless),
        )


def name_of(report: AccountReport) -> str:
    """Return the account's alias and ID as one printable line. Without either, its file tells which account it is."""
    file = report.read_as.file if report.read_as else None
    account = report.account or (f"unknown in {file}" if file and not report.alias else "unknown")
    return one_line(f"{report.alias} ({account})" if report.alias else account)


def read_earlier(path: str) -> SinceComparison:
    """Read an earlier report: JSON, or NDJSON with one account per line.

    Raises:
        SourceError: It cannot be read, or is not a report. The text is one line.
    """
    text = read_text(path, LARGEST_OF_MANY)
    try:
        if not _is_ndjson(text):
            report = read_report(text)
            return _comparison(path, report.accounts, report.judged_at)
    except ValueError as error:
        raise SourceError(f"{path}: {error}") from None
    return _comparison(path, list(_read_lines(text, path)), _judged_at(text, path))


def _read_lines(text: str, path: str) -> Iterator[AccountReport]:
    """Yield the accounts of a report in NDJSON.

    Raises:
        SourceError: A line is not an account's report.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            if line.strip():
                yield read_account(line)
        except ValueError as error:
            raise SourceError(f"{path}:{number}: {error}") from None


def _is_ndjson(text: str) -> bool:
    """Return whether the first line is an account's report by itself."""
    try:
        found = json.loads(text.lstrip("\ufeff").split("\n", 1)[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "outcomes" in found


def _judged_at(text: str, path: str) -> str | None:
    first: Any = read_json(text.lstrip("\ufeff").split("\n", 1)[0], path)
    found = first.get("judged_at")
    return found if isinstance(found, str) else None


def _comparison(path: str, reports: Sequence[AccountReport], judged_at: str | None) -> SinceComparison:
    named = {report.account: EarlierAccount.of(report) for report in reports if report.account is not None}
    nameless = [name_of(report) for report in reports if report.account is None]
    return SinceComparison(path, named, judged_at, nameless)


def _names(accounts: Iterable[EarlierAccount]) -> tuple[str, ...]:
    return tuple(account.name for account in accounts)
