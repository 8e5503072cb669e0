"""Read the baseline that `--baseline` names: an earlier JSON report, or a snapshot, which is judged by the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from acctgate.diff.kind import kind_of
from acctgate.evaluate.baseline import Baseline
from acctgate.evaluate.prepare import prepare
from acctgate.evaluate.waivers import Waivers
from acctgate.model.report_document import Report, read_report_file
from acctgate.policy.policy import Policy
from acctgate.rules import RULES
from acctgate.sources.snapshots import read_whole


def read_baseline(path: str, policy: Policy | None, now: datetime) -> Baseline:
    """Return the baseline in a file.

    Args:
        path: A report, or a file of snapshots.
        policy: The policy that judges a snapshot, at any age. None if it is not known: then a snapshot has no findings.
        now: The time of judgement (with a time zone).

    Raises:
        SourceError: The file cannot be read, or is neither. The text is one line.
    """
    is_snapshot = kind_of(path) == "snapshots"
    report = _judge(path, policy, now) if is_snapshot else read_report_file(path)
    found = Baseline.of(report, path, policy.all_rules if policy else RULES)
    return replace(found, needs_policy=is_snapshot)


def _judge(path: str, policy: Policy | None, now: datetime) -> Report:
    accounts = list(read_whole([path]))
    reports = map(Waivers(policy, now).apply, map(prepare(policy.at_any_age(), now), accounts)) if policy else ()
    return Report(1, "pass", tuple(reports), {})
