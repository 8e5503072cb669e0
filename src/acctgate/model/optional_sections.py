"""What is read of a live account only if it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from acctgate.model.credential_report import Names
from acctgate.model.sections import OPTIONAL_SECTIONS


class Renewal(NamedTuple):
    """Which reports of compliance packs to have generated again."""

    max_age: timedelta
    """The age from which a report is generated again."""
    now: datetime
    """The present time (with a time zone)."""
    accounts: frozenset[str] | None = None
    """The IDs of the accounts in which reports may be generated; None: in any."""

    def is_due(self, report: Mapping[str, Any]) -> bool:
        """Return whether there is no report yet, or an old one."""
        if report.get("ReportStatus") != "COMPLETE":
            return report.get("ReportStatus") in ("NONE", "CREATING")
        created = report.get("ReportCreateTimestamp")
        return type(created) is int and self.now.timestamp() - created / 1000 > self.max_age.total_seconds()


class Extras(NamedTuple):
    """What to read of an account besides what is always read. Everything costs calls."""

    sections: frozenset[str] = OPTIONAL_SECTIONS
    """The optional sections to read."""
    names: Names | None = None
    """How to name users, from the credential report; None does not read it."""
    renewal: Renewal | None = None
    """Which reports of compliance packs to have generated; None only reads reports."""


EVERY_SECTION: Final = Extras()
"""All optional sections, and neither users nor new reports."""
