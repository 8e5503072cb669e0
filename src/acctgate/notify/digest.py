"""The content of a notification: the verdict, how many accounts are blocked, and the most severe new findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from acctgate.inert_text import clean
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.model.since import Since
from acctgate.redact import one_line
from acctgate.render.ranking import Rank, rank
from acctgate.text import and_more, plural

_FINDINGS: Final = 5
"""How many rules and controls a message names at most."""
_LONGEST_LINE: Final = 120
_VERDICTS: Final = {0: "PASSED", 1: "BLOCKED", 3: "UNKNOWN"}
_WWW: Final = re.compile(r"(www)\.", re.IGNORECASE)
_MARKS: Final = {"fail": "✗", "unknown": "?"}


class Message(NamedTuple):
    """A short message: text from outside in it is one line each, without mentions and links."""

    title: str
    lines: tuple[str, ...]
    link: str | None
    """Where the whole report is, None if that is unknown."""


@dataclass(slots=True)
class _Finding:
    """One result of a rule or a control, in all accounts that have it."""

    rank: Rank
    outcome: Outcome
    account: str
    """The first account."""
    accounts: int = 1


class Digest:
    """Collects the content of a message, account by account. It does not grow with the number of accounts."""

    def __init__(self) -> None:
        self._accounts = self._blocked = self._unknown = self._unread = 0
        self._first_unread = ""
        self._findings: dict[tuple[str, str], _Finding] = {}
        self._account = ""

    def watch(self, reports: Iterable[AccountReport]) -> Iterator[AccountReport]:
        """Return the same reports, and collect from each as it passes."""
        for report in reports:
            self.add(report)
            yield report

    def add(self, report: AccountReport) -> None:
        """Collect from the report on one account. Findings that a waiver or a baseline covers are not new."""
        self._accounts += 1
        self._blocked += report.verdict == "fail"
        self._unknown += report.verdict == "unknown"
        self._account = _label(report)
        reason = report.not_read if report.unreadable is None else report.unreadable
        if reason is not None:  # each of its outcomes would only repeat it
            self._unread += 1
            self._first_unread = self._first_unread or f"{self._account}: {inert(reason)}"
            return
        seen: set[tuple[str, str]] = set()
        for outcome in (*report.outcomes, *report.control_outcomes):
            key = outcome.rule, outcome.outcome
            if outcome.outcome in _MARKS and outcome.binding and key not in seen:
                seen.add(key)
                self._count(key, outcome)

    def _count(self, key: tuple[str, str], outcome: Outcome) -> None:
        if found := self._findings.get(key):
            found.accounts += 1
        else:
            self._findings[key] = _Finding(rank(outcome), outcome, self._account)

    def message(self, status: int, link: str | None, since: Since | None = None) -> Message:
        """Return the message.

        Args:
            status: The exit status of the run.
            link: Where the report is.
            since: What changed since an earlier run, None if there is none to compare with.
        """
        found = sorted(self._findings.values(), key=lambda finding: (finding.rank, -finding.accounts))
        lines = [] if status in _VERDICTS else ["The run failed; see its log."]
        lines += [self._counts()] if self._accounts else []
        lines += _changes(since) if since else []
        lines += [self._line(each) for each in found[:_FINDINGS]]
        if len(found) > _FINDINGS:
            lines.append(f"and {len(found) - _FINDINGS:,} more")
        if self._unread:
            lines.append(f"not read: {self._first_unread}{and_more(self._unread - 1)}")
        return Message(f"acctgate: {_VERDICTS.get(status, 'ERROR')}", tuple(lines), link)

    def _counts(self) -> str:
        if self._accounts == 1:
            return f"account {self._account}"
        parts = [f"{self._blocked:,} of {self._accounts:,} accounts blocked"]
        parts += [f"{self._unknown:,} unknown"] if self._unknown else []
        parts += [f"{self._unread:,} not read"] if self._unread else []
        return ", ".join(parts)

    def _line(self, finding: _Finding) -> str:
        outcome = finding.outcome
        line = f"{_MARKS[outcome.outcome]} {inert(outcome.rule)} ({outcome.severity})"
        if self._accounts == 1:
            return line
        more = finding.accounts - 1
        others = f" and {plural(more, 'more account')}" if more else ""
        return f"{line}: {finding.account}{others}"


def _changes(since: Since) -> list[str]:
    """Return what changed since an earlier run, a line for each kind of change. Accounts that are gone come first."""
    changes = (
        ("gone from the report", since.gone),
        ("newly blocked", since.newly_blocked),
        ("newly unknown", since.newly_unknown),
        ("repaired", since.repaired),
    )
    lines = [f"{len(names):,} {what}: {inert(names[0])}{and_more(len(names) - 1)}" for what, names in changes if names]
    return [f"since {inert(since.judged_at or since.source)}:", *(lines or ["no account changed its verdict"])]


def inert(text: object) -> str:
    """Return text from outside as one short line without secrets, in which a chat finds no mention and no link."""
    flat = clean(one_line(text), _LONGEST_LINE)
    return _WWW.sub(r"\1[.]", flat.replace("@", "@\u200b").replace("://", "[:]//"))


def _label(report: AccountReport) -> str:
    name = inert(report.account or "unknown")
    return f"{name} ({inert(report.alias)})" if report.alias else name
