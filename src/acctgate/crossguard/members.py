"""The folders and tags of a stack's accounts, for a policy whose groups ask for them.

They are in the Resource Directory, which only its management account and delegated administrators can read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from acctgate.crossguard.reader import BackgroundReader
from acctgate.crossguard.stack import StackAccount
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy


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
            account.snapshot = replace(Snapshot.from_document(document), read_as=snapshot.read_as)
