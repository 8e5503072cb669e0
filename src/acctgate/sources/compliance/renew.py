"""Have the reports of compliance packs generated while an account is read: only if the policy says `generate: true`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from acctgate.log import notice
from acctgate.redact import one_line
from acctgate.sources.call_error import CallError
from acctgate.sources.compliance.packs import CompliancePacks
from acctgate.sources.compliance.wait import NotGeneratedError, wait_for_report
from acctgate.sources.deadline import Deadline
from acctgate.sources.operations import Call

SECONDS: Final = 300.0
"""How much longer reading an account may take, to wait for reports."""
_RESERVED: Final = 30.0
"""Seconds before the account's deadline at which waiting ends, so that the report can still be read."""


def renew_report(call: Call, pack: str, report: Mapping[str, Any], deadline: Deadline) -> bool:
    """Have a report generated, and wait for it. Return whether it is complete; a line on standard error says if not.

    Args:
        call: Makes one call within the deadline.
        pack: The pack.
        report: Its present report. One that is being generated is only waited for.
        deadline: That of the account.
    """
    packs = CompliancePacks(call)
    try:
        if report["ReportStatus"] != "CREATING":
            packs.generate(pack)
        before = report.get("ReportCreateTimestamp") if report["ReportStatus"] == "COMPLETE" else None
        timeout = max(0.0, deadline.remaining - _RESERVED)
        wait_for_report(packs, pack, timeout=timeout, generated=True, replaced=before)
    except (CallError, NotGeneratedError) as error:
        notice(f"{one_line(pack)}: the report was not renewed: {error}")
        return False
    return True
