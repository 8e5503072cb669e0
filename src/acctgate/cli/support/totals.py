"""Totals over many accounts, which worker processes return in place of reports if nothing else is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from acctgate.cli.support.exit_status import ExitStatus
from acctgate.model.report import AccountReport, Summary
from acctgate.render.fleet import Fleet


class Totals(NamedTuple):
    """What the exit status and the summary of many accounts need."""

    status: ExitStatus
    summary: Summary
    fleet: Fleet

    @classmethod
    def of(cls, reports: Iterable[AccountReport]) -> Totals:
        """Return the totals over accounts."""
        totals = cls(ExitStatus(), Summary(), Fleet())
        for report in reports:
            totals.status.add(report)
            totals.summary.add(report)
            totals.fleet.add(report)
        return totals
