"""Choose what judges accounts by a policy: with or without groups, and with the controls of frameworks or without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from acctgate.evaluate.groups import GroupedJudge
from acctgate.evaluate.judge import Judge
from acctgate.model.control import FrameworkReport
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy.policy import Policy

JudgeControls = Callable[[Snapshot], tuple[FrameworkReport, ...]]
"""Takes an account as read and returns the reports on the controls of each framework."""


def prepare(
    policy: Policy, now: datetime, controls: JudgeControls | None = None
) -> Callable[[Snapshot], AccountReport]:
    """Return what judges accounts by a policy, with or without groups, at one moment.

    Args:
        policy: The policy to judge by.
        now: The time of judgement (with a time zone).
        controls: Judges the controls of frameworks too, None without them.
    """
    judge = GroupedJudge(policy, now) if policy.groups else Judge(policy, now)
    if controls is None:
        return judge

    def judge_both(account: Snapshot) -> AccountReport:
        report = judge(account)
        return report.with_outcomes(report.outcomes, controls(account))

    return judge_both


def prepare_many(
    policy: Policy, now: datetime, controls: JudgeControls | None = None
) -> Callable[[Sequence[Snapshot]], list[AccountReport]]:
    """Return what judges many accounts at once, as `prepare` does one: together if nothing but the policy decides."""
    if policy.groups or controls is not None:
        judge = prepare(policy, now, controls)
        return lambda accounts: list(map(judge, accounts))
    return Judge(policy, now).judge_all
