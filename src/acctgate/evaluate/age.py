"""Make what is known of an account unknown if the policy finds it too old. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from acctgate.model.snapshot import OPERATIONS, Snapshot
from acctgate.text import show

_MAX_SKEW: Final = timedelta(minutes=15)
"""How far ahead another machine's clock may be."""


def without_stale(account: Snapshot, max_age_hours: float | None, now: datetime) -> Snapshot:
    """Return the account; with every section unknown if it is older than allowed.

    Args:
        account: The account as read. What a stack's data sources read is always fresh.
        max_age_hours: The limit, None for no limit.
        now: The time of judgement (with a time zone).
    """
    if max_age_hours is None or (account.read_as is not None and account.read_as.source == "stack"):
        return account
    reason = _staleness(account.taken_at, timedelta(hours=max_age_hours), now)
    if reason is None:
        return account
    return replace(account, problems={**account.problems, **{(section,): reason for section in OPERATIONS}})


def _staleness(taken_at: str | None, limit: timedelta, now: datetime) -> str | None:
    if taken_at is None:
        return "the policy limits the age of snapshots, and it is not known when the account was read"
    try:
        taken = datetime.fromisoformat(taken_at)
    except ValueError:
        return f"taken_at: not a time: {show(taken_at)}"
    age = now - (taken if taken.tzinfo else taken.replace(tzinfo=UTC))
    if age < -_MAX_SKEW:
        return f"taken_at is in the future: {show(taken_at)}"
    if age > limit:
        hours = age.total_seconds() / 3600
        return f"the snapshot is {hours:,.0f} hours old; the policy allows {limit.total_seconds() / 3600:,.0f}"
    return None
