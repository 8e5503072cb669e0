"""Match planned resources to accounts: a plan and a live account belong together only if nothing contradicts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from acctgate.model.other_change import OtherChange, Planned
from acctgate.model.planned_change import PlannedChange
from acctgate.model.snapshot import SETTINGS_SECTIONS, Snapshot
from acctgate.plan.overlay import overlay, overlay_passwords, unmatched, unmatched_passwords
from acctgate.policy.policy import Account
from acctgate.redact import one_line


@dataclass(frozen=True, slots=True)
class _Match:
    """The account of a resource, or why it is not known."""

    account: str | None = None
    problem: str | None = None
    """Why the account cannot be known. None if nothing contradicts the only account that was read."""


def after_deploy(
    snapshots: Sequence[Snapshot], planned: Sequence[Planned], accounts: Mapping[str, Account]
) -> list[Snapshot]:
    """Return the accounts as they will be.

    A resource belongs to the account that its recorded id, its provider's role or `account_id`, or the policy file's
    `providers` name, if they agree. If none of them names one, one snapshot and one provider belong together. A
    resource that cannot be matched makes its settings unknown in every account. An account that is deployed to and has
    no snapshot is judged by the plan alone; a delete changes nothing.

    Args:
        snapshots: The accounts as read.
        planned: The planned changes of all plans.
        accounts: The policy file's `accounts`.
    """
    preferences = [change for change in planned if isinstance(change, PlannedChange)]
    others = [change for change in planned if isinstance(change, OtherChange) and change.operation != "same"]
    result = _preferences_after(snapshots, preferences, accounts)
    return _with_others(result, others, accounts) if others else result


def deployed_to(
    snapshots: Sequence[Snapshot], planned: Sequence[Planned], accounts: Mapping[str, Account]
) -> dict[str, set[str | None]]:
    """Return the address of each resource → the accounts that it is deployed to; None for one that is not certain.

    A resource that is matched to no account, though its settings are judged in every account, is deployed to None.

    Args:
        snapshots: The accounts as read.
        planned: The planned changes of all plans.
        accounts: The policy file's `accounts`.
    """
    found: dict[str, set[str | None]] = {}
    for kind in (PlannedChange, OtherChange):
        changes = [change for change in planned if isinstance(change, kind)]
        alone = len(snapshots) == 1 and len({each.provider for each in changes if each.operation != "delete"}) <= 1
        only = snapshots[0].account_id if alone else None
        for change in changes:
            match = _match(change, accounts)
            found.setdefault(change.address, set()).add(None if match.problem else match.account or only)
    return found


def _with_others(
    snapshots: list[Snapshot], others: Sequence[OtherChange], accounts: Mapping[str, Account]
) -> list[Snapshot]:
    """Note the other resources on their account, or on every account where theirs is not known."""
    matches = [(change, _match(change, accounts)) for change in others]
    known = {snapshot.account_id for snapshot in snapshots}
    unread = {match.account: None for _, match in matches if match.account and match.account not in known}
    if len(snapshots) == 1 and None in known:
        unread = {}  # nothing says that it is another account
    alone = len(snapshots) == 1 and len({change.provider for change in others}) <= 1
    return [_with_other(snapshot, matches, alone) for snapshot in (*snapshots, *map(_unread, unread))]


def _with_other(snapshot: Snapshot, matches: Sequence[tuple[OtherChange, _Match]], alone: bool) -> Snapshot:
    """Note the resources that are or may be deployed to an account, and apply what they do to its password policy.

    Args:
        snapshot: The account.
        matches: The resources, each with its account.
        alone: Whether a resource of which nothing names an account belongs to the only account that was read.
    """
    near = [(change, m) for change, m in matches if m.account is None or snapshot.account_id in (None, m.account)]
    sure, loose = list[OtherChange](), list[tuple[OtherChange, str]]()
    for change, match in near:
        if match.problem is None and (alone or match.account == snapshot.account_id is not None):
            sure.append(change)
        else:
            loose.append((change, match.problem or ""))
    after = unmatched_passwords(overlay_passwords(snapshot, sure), loose)
    return replace(after, moved=tuple(change for change, _ in near))


def _preferences_after(
    snapshots: Sequence[Snapshot], planned: Sequence[PlannedChange], accounts: Mapping[str, Account]
) -> list[Snapshot]:
    alone = len(snapshots) == 1 and len({change.provider for change in planned if change.operation != "delete"}) <= 1
    only = snapshots[0] if alone else None
    by_account: dict[str | None, list[PlannedChange]] = {}
    loose: list[tuple[PlannedChange, str]] = []
    for change in planned:
        match = _match(change, accounts)
        if match.problem is not None:
            loose.append((change, match.problem))
        elif only is not None and (match.account is None or only.account_id is None):
            by_account.setdefault(only.account_id, []).append(change)
        elif match.account is None:
            loose.append((change, ""))
        else:
            by_account.setdefault(match.account, []).append(change)
    result = [overlay(each, _take(each, by_account, only)) for each in snapshots]
    known = {snapshot.account_id for snapshot in snapshots}
    result += [
        overlay(_unread(account), changes)
        for account, changes in by_account.items()
        if account not in known and any(change.operation != "delete" for change in changes)
    ]
    if not loose:
        return result
    return [unmatched(each, loose) for each in result or [_unread(None)]]


def _take(
    snapshot: Snapshot, by_account: Mapping[str | None, list[PlannedChange]], only: Snapshot | None
) -> list[PlannedChange]:
    """Return the changes of a snapshot's account. Snapshots without an id are different accounts."""
    if snapshot.account_id is None and snapshot is not only:
        return []
    return by_account.get(snapshot.account_id, [])


def _match(change: Planned, accounts: Mapping[str, Account]) -> _Match:
    provider = change.provider
    named = None if provider.account_id else _named_by_policy(change, accounts)  # the role decides
    evidence = {
        "its provider's role": provider.account_id,
        "its provider's account_id": provider.account,
        "its recorded id": change.recorded_account,
        "the policy file": named,
    }
    found = {account: source for source, account in reversed(evidence.items()) if account is not None}
    if len(found) > 1:
        shown = " and ".join(f"{source} {account}" for account, source in sorted(found.items()))
        return _Match(problem=f"its account is contradictory: {shown}")
    if named is None and provider.unknown:
        return _Match(problem=provider.hint or "its provider is not known")
    if not found and (credentials := _unproven_credentials(change)):
        return _Match(problem=f"the account of {credentials} is not known")
    return _Match(next(iter(found), None))


def _unproven_credentials(change: Planned) -> str | None:
    """Credentials that may belong to another account than the one that was read."""
    profile = change.provider.profile
    return f"the profile {one_line(profile)}" if profile else change.provider.credentials


def _named_by_policy(change: Planned, accounts: Mapping[str, Account]) -> str | None:
    """Return the account whose `providers` in the policy file name the provider or its profile."""
    names = {change.provider.name, change.provider.profile}
    found = [account for account, entry in accounts.items() if names & set(entry.providers)]
    return found[0] if len(found) == 1 else None


def _unread(account: str | None) -> Snapshot:
    error = {"code": "NotRead", "message": "the plan deploys to this account, and it was not read"}
    return Snapshot.from_document(
        {"version": 1, "account_id": account, "errors": dict.fromkeys(SETTINGS_SECTIONS, error)}
    )
