"""The Python API: load a policy, read accounts, judge them. Import it from `acctgate`; see docs/python-api.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path

from acctgate.evaluate.baseline import Baseline
from acctgate.evaluate.controls import Controls
from acctgate.evaluate.pipeline import evaluate
from acctgate.frameworks import FRAMEWORKS
from acctgate.frameworks.framework import load_framework
from acctgate.model.outcome import Outcome
from acctgate.model.planned_change import PlannedChange
from acctgate.model.report import AccountReport, Summary
from acctgate.model.report_document import Report, read_report
from acctgate.model.snapshot import Snapshot
from acctgate.plan.read import read_plan
from acctgate.policy import PRESETS, Policy, PolicyError, load_preset
from acctgate.policy import load_policy as load_file
from acctgate.reading import SourceError
from acctgate.render.framework_results import framework_results
from acctgate.sources import snapshots
from acctgate.sources.raw_snapshot import RawSnapshot

__all__ = [
    "AccountReport",
    "Outcome",
    "PlannedChange",
    "Policy",
    "PolicyError",
    "Report",
    "Snapshot",
    "SourceError",
    "judge",
    "load_policy",
    "parse_snapshot",
    "read_plan",
    "read_report",
    "read_snapshots",
]


def load_policy(source: str | PathLike[str]) -> Policy:
    """Return the policy in a file, or the preset of that name: baseline or strict.

    Raises:
        PolicyError: The policy, or one that it extends, is invalid. The text is one line with the place.
    """
    if isinstance(source, str) and source in PRESETS:
        return load_preset(source)
    return load_file(Path(source), datetime.now(UTC).date())


def read_snapshots(*files: str | PathLike[str]) -> Iterator[Snapshot]:
    """Read accounts from snapshot files (JSON, or NDJSON with one account per line), one at a time.

    An account that cannot be read is not an error: it has `unreadable` set, and its rules are unknown. So are those of
    an account that the record beside the file lists and `acctgate snapshot --organization` has not read.
    """
    return snapshots.read_snapshots([fspath(file) for file in files])


def parse_snapshot(text: str | bytes, name: str = "snapshot") -> Snapshot:
    """Return the account in the JSON of one snapshot, wherever it is stored.

    A snapshot that is invalid is not an error: it has `unreadable` set, and its rules are unknown.

    Args:
        text: The JSON.
        name: What messages and reports call the place where it is stored.
    """
    # Half a surrogate pair must make the snapshot invalid, as in a file, and not raise.
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    return RawSnapshot(raw, name, 1, single=True).parse()


def judge(
    accounts: Iterable[Snapshot],
    policy: Policy,
    *,
    now: datetime | None = None,
    plan: Sequence[PlannedChange] | None = None,
    baseline: Report | None = None,
    frameworks: Sequence[str] = (),
) -> Report:
    """Judge accounts by a policy.

    Args:
        accounts: The accounts, as `read_snapshots` yields them.
        policy: The policy to judge by.
        now: The time of judgement (with a time zone); the current time if None.
        plan: What a deployment would change, as `read_plan` returns it; the accounts are judged as after it.
        baseline: An earlier report, whose findings are waived.
        frameworks: The frameworks to report on by control, too: `cis-2.0`, `mlps-2.0`. Their controls count for the
            verdict.

    Returns:
        The report, with every account in the input's order.

    Raises:
        ValueError: A framework does not exist.
    """
    now = now or datetime.now(UTC)
    if unknown := [name for name in frameworks if name not in FRAMEWORKS]:
        raise ValueError(f"{unknown[0]}: unknown framework; use {' or '.join(FRAMEWORKS)}")
    chosen = [load_framework(name) for name in dict.fromkeys(frameworks)]
    controls = Controls(chosen, policy, now) if chosen else None
    known = Baseline.of(baseline, "the baseline", policy.all_rules) if baseline else None
    evaluation = evaluate(accounts, policy, now, planned=plan, baseline=known, controls=controls)
    summary, reports = Summary(), []
    for report in evaluation:
        summary.add(report)
        reports.append(report)
    results = tuple(framework_results(chosen, summary))
    return Report(1, summary.verdict, tuple(reports), summary.counts, evaluation.notices(), frameworks=results)
