"""What the pack adds to the accounts that data sources have read, where the policy needs it.

- The folders and tags of accounts are in the Resource Directory, which only its management account and delegated
  administrators can read.
- Who has which credentials must not be in the inputs and outputs of a data source: Pulumi records them in the state.
- Whether reports of compliance packs may be generated is in the policy, which a data source does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from acctgate.crossguard.background_reader import BackgroundReader, PackReports
from acctgate.crossguard.locate import selection
from acctgate.crossguard.stack_accounts import StackAccount, StackResource
from acctgate.model.compliance_pack import pack_id
from acctgate.model.credential_report import SECTION
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from acctgate.sources.operations import PACK_REPORT


def needs_members(policy: Policy) -> bool:
    """Return whether a group of the policy matches by folder or tag."""
    return any(condition.key in ("folder", "tag") for group in policy.groups for condition in group.match)


def add_members(stack: Iterable[StackAccount], reader: BackgroundReader) -> None:
    """Add to each account what the directory says of it. What it does not say stays unknown."""
    listed = {each.id: each for each in reader.start_directory().result()}
    for account in stack:
        snapshot = account.snapshot
        if snapshot.member is None and (found := listed.get(snapshot.account_id or "")):
            known = {"alias": found.name} if found.name else {}
            document = {**known, **snapshot.document, "member": found.member.document}
            account.snapshot = Snapshot.from_document(document, snapshot.read_as)


def add_names(stack: Sequence[StackAccount], sources: Sequence[StackResource], reader: BackgroundReader) -> None:
    """Add the credential report, or why there is none, to each account that data sources have read.

    Args:
        stack: The accounts of the stack. Those that the pack has read have it already.
        sources: The stack's data sources.
        reader: Reads accounts. It adds nothing if names are not asked for.
    """
    if reader.extras.names is None:
        return
    for account in stack:
        own = [each for each in sources if each.urn in account.urns.values()]
        if own:
            account.snapshot = _with_report(account.snapshot, own[0], reader)


def _with_report(snapshot: Snapshot, source: StackResource, reader: BackgroundReader) -> Snapshot:
    found = reader.start_names(selection(source)).result()
    document = dict(snapshot.document)
    if found.report is not None and found.account_id == snapshot.account_id is not None:
        document[SECTION] = found.report
    else:
        other = {"code": "OtherAccount", "message": "it is not known to belong to this account"}
        document["errors"] = {**snapshot.errors, SECTION: found.error or other}
    return Snapshot.from_document(document, snapshot.read_as)


def renew_reports(stack: Sequence[StackAccount], sources: Sequence[StackResource], reader: BackgroundReader) -> None:
    """Have old reports that data sources have read generated again, and replace them.

    Args:
        stack: The accounts of the stack. Those that the pack has read have recent reports already.
        sources: The stack's data sources.
        reader: Reads accounts. It generates nothing if the policy does not say so.
    """
    renewal = reader.extras.renewal
    if renewal is None:
        return
    for account in stack:
        own = [each for each in sources if each.urn == account.urns.get(PACK_REPORT.section)]
        reports = account.snapshot.document.get(PACK_REPORT.section)
        if own and isinstance(reports, list):
            packs = tuple(pack for each in reports if (pack := pack_id(each)) and renewal.is_due(each))
            found = reader.start_reports(selection(own[0]), packs, renewal).result() if packs else None
            if found and found.account_id == account.snapshot.account_id is not None:
                account.snapshot = _with_reports(account.snapshot, reports, found)


def _with_reports(snapshot: Snapshot, reports: list[Any], found: PackReports) -> Snapshot:
    """Return the snapshot with the reports that were found. Others stay as they are."""
    new = [found.reports.get(pack_id(each) or "", each) for each in reports]
    document = {**snapshot.document, PACK_REPORT.section: new}
    return Snapshot.from_document(document, snapshot.read_as)
