"""Reports of compliance packs that the pack has generated: only if the policy says `generate: true`.

A data source only reads, since it does not know the policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from acctgate.crossguard.locate import selection
from acctgate.crossguard.reader import BackgroundReader, PackReports
from acctgate.crossguard.stack import StackAccount, StackResource
from acctgate.model.snapshot import Snapshot
from acctgate.sources.compliance.renew import Renewal
from acctgate.sources.operations import PACK_REPORT


def renew_reports(
    stack: Sequence[StackAccount], sources: Sequence[StackResource], reader: BackgroundReader, now: datetime
) -> None:
    """Have old reports that data sources have read generated again, and replace them.

    Args:
        stack: The accounts of the stack. Those that the pack has read have recent reports already.
        sources: The stack's data sources.
        reader: Reads accounts. It generates nothing if the policy does not say so.
        now: The present time (with a time zone).
    """
    if reader.max_report_age is None:
        return
    renewal = Renewal(reader.max_report_age, now)
    for account in stack:
        own = [each for each in sources if each.urn == account.urns.get(PACK_REPORT.section)]
        reports = account.snapshot.document.get(PACK_REPORT.section)
        if own and isinstance(reports, list):
            packs = tuple(_pack_id(each) for each in reports if _pack_id(each) and renewal.is_due(each))
            found = reader.start_reports(selection(own[0]), packs, renewal).result() if packs else None
            if found and found.account_id == account.snapshot.account_id is not None:
                account.snapshot = _with_reports(account.snapshot, reports, found)


def _pack_id(report: Any) -> str:
    """Return the ID of a report's pack, empty if it has none."""
    found = report.get("CompliancePackId") if isinstance(report, dict) else None
    return found if isinstance(found, str) else ""


def _with_reports(snapshot: Snapshot, reports: list[Any], found: PackReports) -> Snapshot:
    """Return the snapshot with the reports that were found. Others stay as they are."""
    new = [found.reports.get(_pack_id(each), each) for each in reports]
    document = {**snapshot.document, PACK_REPORT.section: new}
    return replace(Snapshot.from_document(document), read_as=snapshot.read_as)
