"""Reports on accounts as they will be, with what the deploy moves in them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from acctgate.diff.accounts import compare_account
from acctgate.evaluate.judge import evaluate
from acctgate.model.diff import AccountDiff
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy.policy import Policy


def evaluate_planned(
    before: Sequence[Snapshot], after: Sequence[Snapshot], policy: Policy, now: datetime
) -> Iterator[AccountReport]:
    """A report for each account after the deploy, in order. It says what the deploy moves, where it moves anything.

    Args:
        before: The accounts as they are.
        after: The same, in the same order, after the deploy; behind them, accounts that only the plan names.
        policy: What is wanted of them.
        now: When it is judged (with a time zone).
    """
    touched = [bool(snapshot.planned) for snapshot in after]
    was = [snapshot for snapshot, moves in zip(before, touched, strict=False) if moves]
    judged = zip(evaluate(was, policy, now), was, strict=True)
    for report, snapshot, moves in zip(evaluate(after, policy, now), after, touched, strict=True):
        diff = compare_account(next(judged, None), (report, snapshot)) if moves else None
        yield replace(report, diff=_moved(diff)) if diff else report


def _moved(diff: AccountDiff) -> AccountDiff | None:
    """What only goes on failing is no move of this deploy."""
    rules = tuple(rule for rule in diff.rules if not rule.flip.startswith("still-"))
    return replace(diff, rules=rules) if diff.settings or rules else None
