"""Add to reports what a deployment changes in each account. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from acctgate.diff.accounts import Judged, compare_account
from acctgate.model.diff import AccountDiff
from acctgate.model.report import AccountReport
from acctgate.rules.support.comparison import Comparison


def add_changes(before: Iterable[Judged], after: Iterable[Judged], comparison: Comparison) -> Iterator[AccountReport]:
    """Yield the reports on the accounts after the deployment, each with what the deployment changes, if anything.

    Args:
        before: The accounts that the plan touches, as they are, with their reports.
        after: All accounts after the deployment, in the same order; accounts that only the plan names come last.
        comparison: Says which values are stricter.
    """
    old = iter(before)
    for report, snapshot in after:
        touched = snapshot is not None and snapshot.is_touched
        diff = _changes(compare_account(next(old, None), (report, snapshot), comparison)) if touched else None
        yield replace(report, diff=diff) if diff else report


def _changes(diff: AccountDiff) -> AccountDiff | None:
    """Return the diff without rules that were failing before; None if nothing else changes."""
    rules = tuple(rule for rule in diff.rules if not rule.flip.startswith("still-"))
    return replace(diff, rules=rules) if diff.settings or rules else None
