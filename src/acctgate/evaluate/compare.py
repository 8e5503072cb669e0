"""Judge two sides and compare them: snapshots by one policy, or one set of snapshots by two policies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from acctgate.diff.accounts import Judged, compare_accounts
from acctgate.diff.policies import compare_policies, unproven
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.diff_document import Diff
from acctgate.model.other_change import Planned
from acctgate.model.report_document import Report
from acctgate.model.snapshot import Snapshot
from acctgate.plan.match_accounts import after_deploy
from acctgate.policy import Policy
from acctgate.rules import Rule


def diff_snapshots(
    before: Sequence[Snapshot],
    after: Sequence[Snapshot],
    policy: Policy,
    now: datetime,
    planned: Sequence[Planned] | None = None,
) -> Diff:
    """Compare two sets of snapshots, judged by one policy as of `now`.

    Args:
        before: The accounts on the first side.
        after: The accounts on the second side.
        policy: The policy to judge by.
        now: The time of judging.
        planned: Changes to apply to the second side first.
    """
    if planned is not None:
        after = after_deploy(after, planned, policy.accounts)
    accounts = compare_accounts(_judge_base(before, policy, now), _judge(after, policy, now), policy.all_rules)
    return Diff(1, "snapshots", accounts)


def diff_reports(before: Report, after: Report, rules: Iterable[Rule[Any]]) -> Diff:
    """Compare two reports. The rules tell which values are stricter."""
    return Diff(1, "reports", compare_accounts(_accounts(before), _accounts(after), rules))


def diff_policies(
    before: Policy, after: Policy, snapshots: Sequence[Snapshot], now: datetime, own: Collection[Path] = ()
) -> Diff:
    """Compare two policies, and the outcomes of the snapshots judged by each as of `now`.

    Args:
        before: The first policy.
        after: The second policy.
        snapshots: The accounts to judge by both.
        now: The time of judging.
        own: The two policy files, as they are on disk now. A further file that both policies have may have been
            different for the first one, so it counts as looser. Empty for policies of two revisions.
    """
    rules = {rule.id: rule for rule in (*before.all_rules, *after.all_rules)}.values()
    accounts = compare_accounts(_judge_base(snapshots, before, now), _judge(snapshots, after, now), rules)
    changes = compare_policies(before, after, now.date())
    shared = sorted(before.files & after.files - set(own)) if len(own) > 1 else []
    note = "both policies have this file, so a change of it is not seen"
    return Diff(1, "policies", accounts, (*changes, *(unproven(path.name, note) for path in shared)))


def _accounts(report: Report) -> list[Judged]:
    return [(account, None) for account in report.accounts]


def _judge_base(snapshots: Sequence[Snapshot], policy: Policy, now: datetime) -> list[Judged]:
    """Judge the first side at any age. If age made both sides unknown, an old second side would go unnoticed."""
    return _judge(snapshots, policy.at_any_age(), now)


def _judge(snapshots: Sequence[Snapshot], policy: Policy, now: datetime) -> list[Judged]:
    return list(zip(evaluate(snapshots, policy, now), snapshots, strict=True))
