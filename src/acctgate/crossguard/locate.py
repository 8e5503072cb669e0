"""Which account each planned resource is deployed to. What no data source has read is read by the pack."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from acctgate.crossguard.background_reader import BackgroundReader
from acctgate.crossguard.source_types import ARGUMENTS
from acctgate.crossguard.stack_accounts import StackAccount, StackResource, only_account
from acctgate.model.other_change import Planned
from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider import Provider
from acctgate.model.snapshot import Snapshot


def selection(source: StackResource) -> Mapping[str, str]:
    """Return the arguments with which a data source selects its account."""
    return {name: str(source.properties[name]) for name in ARGUMENTS if source.properties.get(name)}


def read_again(sources: Sequence[StackResource], stack: list[StackAccount], reader: BackgroundReader) -> None:
    """Add the accounts of data sources that this run has not read to the accounts of the stack."""
    futures = dict.fromkeys(reader.start_target(selection(each)) for each in sources if each.stale)
    found = [snapshot for future in futures for snapshot in future.result()]
    read = {snapshot.account_id for snapshot in found}
    stack[:] = [each for each in stack if each.snapshot.account_id not in read]
    stack += [StackAccount(snapshot, {}) for snapshot in found]


def locate(
    changes: Sequence[Planned],
    sources: Sequence[StackResource],
    stack: list[StackAccount],
    reader: BackgroundReader,
) -> list[Planned]:
    """Return the changes with the account that their provider deploys to, if that is certain.

    Args:
        changes: The planned resources.
        sources: The stack's data sources.
        stack: The accounts that they have read. Accounts that only a planned resource goes to are added.
        reader: Reads accounts.
    """
    located = [_locate(change, sources, stack, reader) for change in changes]
    if not stack:
        stack += [StackAccount(each, {}) for each in reader.read_accounts(change.provider for change in changes)]
    return located


def _locate(
    change: Planned, sources: Sequence[StackResource], stack: list[StackAccount], reader: BackgroundReader
) -> Planned:
    provider = change.provider
    if provider.account_id is not None:
        _add(provider, stack, reader)
        return change
    if not _is_default(provider) or (isinstance(change, PlannedChange) and change.operation == "delete"):
        return change
    like_provider = [each for each in sources if not _role(each)]
    account = only_account(like_provider)
    if not like_provider:
        found = _add(provider, stack, reader)
        account = found[0].account_id if len(found) == 1 and _reads_default(reader) else None
    return change if account is None else replace(change, provider=replace(provider, account=account))


def _add(provider: Provider, stack: list[StackAccount], reader: BackgroundReader) -> Sequence[Snapshot]:
    """Add the account that a provider deploys to, unless it is there. Returns what was read."""
    ids = {each.snapshot.account_id for each in stack}
    if provider.account_id in ids and provider.account_id is not None:
        return []
    found = reader.start_account(provider).result()
    # An account that a role names, and that cannot be read, is judged by the plan alone.
    unidentified = provider.account_id is None
    new = (each for each in found if (unidentified if each.account_id is None else each.account_id not in ids))
    stack += [StackAccount(each, {}) for each in new]
    return found


def _is_default(provider: Provider) -> bool:
    """Return whether a provider deploys with the default credentials."""
    return not (provider.profile or provider.credentials or provider.unknown or provider.account)


def _role(source: StackResource) -> object:
    """Return the role with which a data source reads, if not with the default credentials."""
    return source.properties.get("role_arn") or os.environ.get("ACCTGATE_ROLE_ARN")


def _reads_default(reader: BackgroundReader) -> bool:
    """Return whether the pack reads with the default credentials, and not with a role or from a file."""
    return not (reader.settings.role_arn or reader.settings.snapshot or os.environ.get("ACCTGATE_ROLE_ARN"))
