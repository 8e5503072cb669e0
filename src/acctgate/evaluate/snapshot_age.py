"""The age of an account: it is unknown if older than allowed, and old ones have a notice without a limit. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.sections import OPERATIONS
from acctgate.model.snapshot import Snapshot
from acctgate.policy.policy import Policy
from acctgate.text import show
from acctgate.times import MAX_CLOCK_SKEW, describe_duration, parse_time

NOTICE_AGE: Final = timedelta(days=7)
"""The age from which reports mention it, unless a limit is set."""


def without_stale(account: Snapshot, policy: Policy, now: datetime) -> Snapshot:
    """Return the account; with every section unknown if it is older than the policy or `--max-age` allows.

    Args:
        account: The account as read. What a stack's data sources read is always fresh.
        policy: The policy with its limit.
        now: The time of judgement (with a time zone).
    """
    hours = policy.age_limit
    if hours is None or is_fresh(account):
        return account
    reason = _problem(account.taken_at, timedelta(hours=hours), now)
    if reason is None:
        return account
    limit = Bilingual(f"{hours:,g} hour{'' if hours == 1 else 's'}", f"{hours:,g} 小时")
    reason = fill(Words("{}; allowed: {}", "{}；允许：{}"), reason, limit)
    return replace(account, problems={**account.problems, **{(section,): reason for section in OPERATIONS}})


def age_notice(account: Snapshot, policy: Policy, now: datetime) -> str | None:
    """Return what reports say of an old account if neither the policy nor `--max-age` limits the age.

    Returns:
        The text; None for an account that is not old, or whose file does not say when it was read.
    """
    if policy.age_limit is not None or account.taken_at is None or is_fresh(account):
        return None
    return _problem(account.taken_at, NOTICE_AGE, now)


def is_fresh(account: Snapshot) -> bool:
    """Return whether the data sources of the stack read the account, in the same run."""
    return account.read_as is not None and account.read_as.source == "stack"


def _problem(taken_at: str | None, limit: timedelta, now: datetime) -> str | None:
    """Return why an account is too old, or may be; None if it is not."""
    if taken_at is None:
        return Bilingual("it is not known when the account was read", "不知道账号是什么时候读取的")
    try:
        age = now - parse_time(taken_at)
    except ValueError:
        return fill(Words("taken_at: not a time: {}", "taken_at：不是时间：{}"), show(taken_at))
    if age < -MAX_CLOCK_SKEW:
        return fill(Words("taken_at is in the future: {}", "taken_at 在未来：{}"), show(taken_at))
    old = Words("the snapshot is {} old", "快照已有 {}")
    return fill(old, describe_duration(age)) if age > limit else None
