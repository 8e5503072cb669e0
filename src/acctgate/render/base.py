"""What a format is: account reports in, text out. Nothing here reads, writes or knows the time."""

from __future__ import annotations

from typing import Protocol

from acctgate.report import AccountReport, Summary


class Renderer(Protocol):
    """Takes the accounts' reports as they come, so that a fleet never sits in memory."""

    def begin(self) -> str:
        """What stands before the first account."""

    def account(self, report: AccountReport) -> str:
        """One account."""

    def end(self, summary: Summary) -> str:
        """What stands after the last account."""
