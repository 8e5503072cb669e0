"""Reports on accounts as they will be, with what the deploy moves in them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from acctgate.diff.accounts import compare_accounts
from acctgate.evaluate import evaluate
from acctgate.policy.model import Policy
from acctgate.report import AccountReport
from acctgate.snapshot import Snapshot


def evaluate_planned(
    before: Sequence[Snapshot], after: Sequence[Snapshot], policy: Policy, now: datetime
) -> Iterator[AccountReport]:
    """A report for each account after the deploy, in order. It says what the deploy moves, where it moves anything.

    Args:
        before: The accounts as they are.
        after: The same after the deploy, and accounts that only the plan names.
        policy: What is wanted of them.
        now: When it is judged (with a time zone).
    """
    judged = list(zip(evaluate(after, policy, now), after, strict=True))
    # What only goes on failing is no move of this deploy.
    diffs = compare_accounts(zip(evaluate(before, policy, now), before, strict=True), judged)
    for (report, _), diff in zip(judged, diffs, strict=False):
        moved = tuple(rule for rule in diff.rules if not rule.flip.startswith("still-"))
        shown = replace(diff, rules=moved)
        yield replace(report, diff=shown if shown.settings or shown.rules else None)
