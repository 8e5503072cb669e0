"""Why a run ends with exit status 0, 1, 2 or 3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from acctgate.model.outcome import Verdict, reason_of
from acctgate.model.report import AccountReport
from acctgate.redact import one_line
from acctgate.text import and_more

UNUSABLE: Final = 2
"""The exit status if an account cannot be read, or of any other error."""
UNKNOWN: Final = 3
"""The exit status if what was asked for is unknown in part, and nothing is worse."""


class ExitStatus:
    """Decides the exit status of a run, and explains 2 and 3: accounts that cannot be read, unknown mandatory rules."""

    def __init__(self) -> None:
        self.unread: list[str] = []
        """Why accounts cannot be read."""
        self.read = False
        """Whether any account could be read."""
        self._unknown = ""
        """The first unknown mandatory rule with its reason."""
        self._unknown_count = 0

    def add(self, report: AccountReport) -> None:
        """Count an account."""
        if report.unreadable:
            self.unread.append(report.unreadable)
        else:
            self.read = True
        if report.verdict != "unknown":
            return
        for name, reason in _unknown(report):
            self._unknown = self._unknown or f"{name}: {reason}"
            self._unknown_count += 1

    def merge(self, later: ExitStatus) -> None:
        """Count accounts that come later."""
        self.unread += later.unread
        self.read = self.read or later.read
        self._unknown = self._unknown or later._unknown
        self._unknown_count += later._unknown_count

    def code(self, verdict: Verdict) -> int:
        """Return the exit status for the verdict on all accounts."""
        if self.unread:
            return UNUSABLE
        # Not a table or a constant, which a rule module could change.
        return 0 if verdict == "pass" else 1 if verdict == "fail" else 3

    def message(self, verdict: Verdict) -> str | None:
        """Return the reason for exit status 2 or 3, None for other statuses."""
        if self.unread:
            return f"{one_line(self.unread[0])}{and_more(len(self.unread) - 1)}"
        if verdict == "unknown":
            return f"unknown: {one_line(self._unknown)}{and_more(self._unknown_count - 1)}"
        return None


def _unknown(report: AccountReport) -> Iterator[tuple[str, str]]:
    """Yield what is unknown and blocks, with the reason: rules, then controls."""
    for outcome in report.outcomes:
        if outcome.binding and outcome.outcome == "unknown":
            yield outcome.rule, reason_of(outcome.message)
    for framework in report.frameworks:
        for control in framework.controls:
            for outcome in control.outcomes:
                if outcome.binding and outcome.outcome == "unknown":
                    yield f"{framework.framework} {control.id}: {outcome.rule}", reason_of(outcome.message)
