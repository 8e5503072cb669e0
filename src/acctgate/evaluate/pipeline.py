"""From accounts, planned changes and a policy to reports: the only place that chains the steps.

    accounts -> planned changes -> judged -> compared with the baseline -> waivers -> baseline -> threshold

`acctgate check`, `acctgate preview`, the policy pack and the Python API all call it. Pure: the time is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from acctgate.evaluate.fail_on import FailOn
from acctgate.evaluate.groups import GroupedComparison
from acctgate.evaluate.prepare import JudgeControls, prepare
from acctgate.evaluate.waivers import Waivers
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy.inline_waivers import Comment, inline_waivers
from acctgate.policy.policy import Policy
from acctgate.rules.support.comparison import Comparison

if TYPE_CHECKING:
    from acctgate.evaluate.baseline import Baseline, BaselineEntry
    from acctgate.model.other_change import Planned
    from acctgate.model.report_document import Report
    from acctgate.model.waiver_notice import WaiverNotice


class EvaluationError(Exception):
    """Accounts could not be judged, because a worker process failed. The text is one line."""


class Evaluation(Iterable[AccountReport]):
    """The reports on accounts, in order. After the last one it knows what needs attention.

    Iterate over it once. Accounts are judged as they are asked for, and none is kept.
    """

    def __init__(
        self,
        reports: Iterable[AccountReport],
        notices: Callable[[], tuple[WaiverNotice, ...]],
        baseline: Baseline | None,
        fail_on: FailOn | None,
        accounts: Sequence[Snapshot] = (),
    ) -> None:
        self._notices, self._baseline = notices, baseline
        if baseline:
            reports = map(baseline.apply, reports)
        if fail_on:
            reports = map(fail_on.apply, reports)
        self._reports = iter(reports)
        self.accounts = accounts
        """The accounts as they were judged. Only with planned changes, which are matched to all accounts at once."""

    def __iter__(self) -> Iterator[AccountReport]:
        return self._reports

    def notices(self) -> tuple[WaiverNotice, ...]:
        """Return the waivers that need attention. Complete after the last report."""
        return self._notices()

    def stale_entries(self) -> list[BaselineEntry]:
        """Return the entries of the baseline that no account needs any more. Complete after the last report."""
        return self._baseline.stale if self._baseline else []


def evaluate(
    accounts: Iterable[Snapshot],
    policy: Policy,
    now: datetime,
    *,
    planned: Sequence[Planned] | None = None,
    baseline: Baseline | None = None,
    fail_on: FailOn | None = None,
    earlier: Baseline | None = None,
    controls: JudgeControls | None = None,
    comments: Sequence[Comment] = (),
) -> Evaluation:
    """Judge accounts by a policy.

    Args:
        accounts: The accounts, as read. Without `planned` they are read one at a time.
        policy: The policy to judge by.
        now: The time of judgement (with a time zone): the age of reports and the end of waivers count from it.
        planned: What a deployment would change. The accounts are judged as they would be after it.
        baseline: Findings that do not block.
        fail_on: What blocks, if not what the policy says.
        earlier: A baseline that is compared with, and whose findings are not waived here.
        controls: Judges the controls of frameworks, None without them.
        comments: Comments at the planned resources that may be waivers.
    """
    if planned is None:
        judged = map(prepare(policy, now, controls), accounts)
        return evaluate_judged(judged, policy, now, baseline=baseline, fail_on=fail_on)
    from acctgate.evaluate.planned import add_changes  # noqa: PLC0415 - a check without a plan loads no diff
    from acctgate.plan.match_accounts import after_deploy, deployed_to  # noqa: PLC0415 - nor the readers of plans

    compare = _comparer(baseline or earlier, policy)
    before = list(accounts)
    after = after_deploy(before, planned, policy.accounts)
    accounts_of = deployed_to(before, planned, policy.accounts)
    waivers = Waivers(policy, now, *inline_waivers(comments, accounts_of, policy, now.astimezone(UTC).date()))
    touched = [account for account, later in zip(before, after, strict=False) if later.is_touched]
    judge = prepare(policy, now, controls)
    # The accounts as they are have waivers of their own: comments and notices belong to the deploy.
    reports = add_changes(
        zip(map(Waivers(policy, now).apply, map(compare, map(judge, touched))), touched, strict=True),
        zip(map(waivers.apply, map(compare, map(judge, after))), after, strict=True),
        Comparison(policy.all_rules),
    )
    return Evaluation(reports, waivers.notices, baseline, fail_on, after)


def evaluate_judged(
    judged: Iterable[AccountReport],
    policy: Policy,
    now: datetime,
    *,
    baseline: Baseline | None = None,
    fail_on: FailOn | None = None,
) -> Evaluation:
    """Take accounts that are judged already, as by worker processes, through waivers, baseline and threshold."""
    waivers = Waivers(policy, now)
    compared = map(_comparer(baseline, policy), judged)
    return Evaluation(map(waivers.apply, compared), waivers.notices, baseline, fail_on)


def _comparer(baseline: Baseline | None, policy: Policy) -> Callable[[AccountReport], AccountReport]:
    if not baseline:
        return lambda report: report
    return GroupedComparison(baseline, policy) if policy.groups else partial(baseline.compare, policy=policy)


def reevaluate(report: Report, *, baseline: Baseline | None = None, fail_on: FailOn | None = None) -> Evaluation:
    """Apply baseline and threshold to a report that another process, such as the policy pack, has made."""
    return Evaluation(report.accounts, lambda: report.waivers, baseline, fail_on)
