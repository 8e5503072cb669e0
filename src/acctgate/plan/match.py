"""Which account a planned resource is deployed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from acctgate.model.planned_change import PlannedChange, Provider
from acctgate.model.snapshot import Snapshot
from acctgate.plan.overlay import overlay, unmatched
from acctgate.policy.policy import Account


def after_deploy(
    snapshots: Sequence[Snapshot], planned: Sequence[PlannedChange], accounts: Mapping[str, Account]
) -> list[Snapshot]:
    """The accounts as they will be.

    One snapshot and one provider belong together without more. Otherwise a resource goes to the account of the
    role that its provider assumes, or to the one whose `providers` in the policy file name its provider or
    profile. What cannot be matched makes what it touches unknown in every account that it may go to. An account
    that is deployed to and has no snapshot is judged by the plan alone; a delete changes nothing.
    """
    by_account: dict[str, list[PlannedChange]] = {}
    loose: list[PlannedChange] = []
    alone = len(snapshots) == 1 and len({change.provider for change in planned if change.operation != "delete"}) <= 1
    nameless = alone and snapshots[0].account_id is None
    for change in planned:
        account = _account(change.provider, accounts)
        if account is None or nameless:
            loose.append(change)
        else:
            by_account.setdefault(account, []).append(change)
    if alone:
        [snapshot] = snapshots
        mine = by_account.pop(snapshot.account_id or "", [])
        result = [overlay(snapshot, [*mine, *loose])]
        loose = []
    else:
        result = [overlay(each, by_account.get(each.account_id or "", [])) for each in snapshots]
    named = {snapshot.account_id for snapshot in snapshots}
    result += [
        overlay(_unread(account), changes)
        for account, changes in by_account.items()
        if account not in named and any(change.operation != "delete" for change in changes)
    ]
    if not loose:
        return result
    return [unmatched(each, loose) for each in result or [_unread(None)]]


def _account(provider: Provider, accounts: Mapping[str, Account]) -> str | None:
    """The account that a provider deploys to, as far as it is certain."""
    if provider.account_id is not None:
        return provider.account_id
    names = {provider.name, provider.profile}
    found = [account for account, entry in accounts.items() if names & set(entry.providers)]
    return found[0] if len(found) == 1 else None


def _unread(account: str | None) -> Snapshot:
    error = {"code": "NotRead", "message": "the plan deploys to this account, and it was not read"}
    sections = ("SecurityPreference", "AccountSecurityPracticeInfo", "CompliancePackReports")
    return Snapshot.from_document({"version": 1, "account_id": account, "errors": dict.fromkeys(sections, error)})
