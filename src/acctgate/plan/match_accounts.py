"""Match planned resources to accounts: a plan and a live account belong together only if nothing contradicts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from acctgate.model.other_change import OtherChange, Planned, is_effective
from acctgate.model.planned_change import PlannedChange
from acctgate.model.sections import SETTINGS_SECTIONS
from acctgate.model.snapshot import Snapshot
from acctgate.plan.overlay import mark_unmatched, mark_unmatched_passwords, overlay, overlay_passwords
from acctgate.policy.policy import Account
from acctgate.redact import one_line

_IMPORT: Final = "the id that it is imported with"


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
    `providers` name, if they agree. If none of them names one, one snapshot and one provider belong together. The id
    of an import proves no account; it can only contradict one. A resource that cannot be matched makes its settings
    unknown in every account. An account that is deployed to and has no snapshot is judged by the plan alone; a delete
    changes nothing.

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
        only = _only_account(snapshots, [change for change in changes if change.operation != "delete"])
        default = only.account_id if only else None
        for change in changes:
            match = _match(change, accounts, only)
            found.setdefault(change.address, set()).add(None if match.problem else match.account or default)
    return found


def providers_with_own_key(planned: Sequence[Planned], accounts: Mapping[str, Account]) -> list[str]:
    """Return the names of the providers whose access key alone decides which account they deploy to.

    Args:
        planned: The planned changes of all plans.
        accounts: The policy file's `accounts`.
    """
    deciding = (each for each in planned if each.provider.own_key and is_effective(each))
    return sorted({each.provider.name for each in deciding if _match(each, accounts) == _Match()})


def _only_account(snapshots: Sequence[Snapshot], changes: Sequence[Planned]) -> Snapshot | None:
    """Return the account of resources that name none: the only one that was read, if they have one provider."""
    return snapshots[0] if len(snapshots) == 1 and len({change.provider for change in changes}) <= 1 else None


def _with_others(
    snapshots: list[Snapshot], others: Sequence[OtherChange], accounts: Mapping[str, Account]
) -> list[Snapshot]:
    """Add the other resources to their account, or to every account where theirs is unknown."""
    matches = [(change, _match(change, accounts)) for change in others]
    known = {snapshot.account_id for snapshot in snapshots}
    unread = {match.account: None for _, match in matches if match.account and match.account not in known}
    if len(snapshots) == 1 and None in known:
        unread = {}  # the only account has no id, so it may be this one
    is_only = _only_account(snapshots, others) is not None
    return [_with_other(snapshot, matches, is_only=is_only) for snapshot in (*snapshots, *map(_unread, unread))]


def _with_other(snapshot: Snapshot, matches: Sequence[tuple[OtherChange, _Match]], *, is_only: bool) -> Snapshot:
    """Add the resources that are or may be deployed to an account, and apply what they do to its password policy.

    Args:
        snapshot: The account.
        matches: The resources, each with its account.
        is_only: Whether resources that name no account belong to the only account that was read.
    """
    possible = [(change, m) for change, m in matches if m.account is None or snapshot.account_id in (None, m.account)]
    certain, uncertain = list[OtherChange](), list[tuple[OtherChange, str]]()
    for change, match in possible:
        if match.problem is None and (is_only or match.account == snapshot.account_id is not None):
            certain.append(change)
        else:
            uncertain.append((change, match.problem or ""))
    after = mark_unmatched_passwords(overlay_passwords(snapshot, certain), uncertain)
    return replace(after, moved=tuple(change for change, _ in possible))


def _preferences_after(
    snapshots: Sequence[Snapshot], planned: Sequence[PlannedChange], accounts: Mapping[str, Account]
) -> list[Snapshot]:
    """Return the accounts with the planned preferences, and those that were not read but are deployed to."""
    only = _only_account(snapshots, [change for change in planned if change.operation != "delete"])
    by_account, uncertain = _by_account(planned, accounts, only)
    # Snapshots without an id are different accounts.
    result = [
        overlay(each, by_account.get(each.account_id, []) if each.account_id is not None or each is only else [])
        for each in snapshots
    ]
    known = {snapshot.account_id for snapshot in snapshots}
    result += [
        overlay(_unread(account), changes)
        for account, changes in by_account.items()
        if account not in known and any(change.operation != "delete" for change in changes)
    ]
    return [mark_unmatched(each, uncertain) for each in result or [_unread(None)]] if uncertain else result


def _by_account(
    planned: Sequence[PlannedChange], accounts: Mapping[str, Account], only: Snapshot | None
) -> tuple[dict[str | None, list[PlannedChange]], list[tuple[PlannedChange, str]]]:
    """Return the changes of each account, and those that cannot be matched, with the reason."""
    by_account: dict[str | None, list[PlannedChange]] = {}
    uncertain: list[tuple[PlannedChange, str]] = []
    for change in planned:
        match = _match(change, accounts, only)
        if match.problem is not None:
            uncertain.append((change, match.problem))
        elif only is not None and (match.account is None or only.account_id is None):
            by_account.setdefault(only.account_id, []).append(change)
        elif match.account is None:
            uncertain.append((change, ""))
        else:
            by_account.setdefault(match.account, []).append(change)
    return by_account, uncertain


def _match(change: Planned, accounts: Mapping[str, Account], only: Snapshot | None = None) -> _Match:
    """Return the account of a resource. `only` is the account of those that name none."""
    provider = change.provider
    named = None if provider.account_id else _named_by_policy(change, accounts)  # the role decides
    evidence = {
        "its provider's role": provider.account_id,
        "its provider's account_id": provider.account,
        "its recorded id": change.recorded_account,
        "the policy file": named,
        _IMPORT: change.imported_account,
    }
    found = {account: source for source, account in reversed(evidence.items()) if account is not None}
    if len(found) > 1:
        shown = " and ".join(f"{source} {account}" for account, source in sorted(found.items()))
        return _Match(problem=f"its account is contradictory: {shown}")
    if named is None and provider.unknown:
        return _Match(problem=provider.hint or "its provider is not known")
    if _IMPORT in found.values():  # nothing else names an account, and the provider does not compare this id
        if only is not None and only.account_id not in (None, *found):
            return _Match(problem=f"{_IMPORT} names another account than the one that was read")
        found = {}
    if not found and (credentials := _unproven_credentials(change)):
        return _Match(problem=f"the account of {credentials} is not known")
    return _Match(next(iter(found), None))


def _unproven_credentials(change: Planned) -> str | None:
    """Return the credentials that may belong to another account than the one that was read."""
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
