"""Who has which credentials in the accounts of a stack.

The pack reads that itself: what a data source reads becomes its inputs and outputs, which Pulumi records in the state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from acctgate.crossguard.locate import selection
from acctgate.crossguard.reader import BackgroundReader
from acctgate.crossguard.stack import StackAccount, StackResource
from acctgate.model.credential_report import SECTION
from acctgate.model.snapshot import Snapshot


def add_names(stack: Sequence[StackAccount], sources: Sequence[StackResource], reader: BackgroundReader) -> None:
    """Add the credential report, or why there is none, to each account that data sources have read.

    Args:
        stack: The accounts of the stack. Those that the pack has read have it already.
        sources: The stack's data sources.
        reader: Reads accounts. It adds nothing if names are not asked for.
    """
    if reader.names is None:
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
    return replace(Snapshot.from_document(document), read_as=snapshot.read_as)
