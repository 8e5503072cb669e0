"""The file in which the policy pack writes its report for the process that started the engine."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from acctgate.crossguard import variables
from acctgate.json_text import dump_document
from acctgate.model.report_document import Report, RunIdentity, read_report
from acctgate.redact import one_line
from acctgate.text import os_reason
from acctgate.writing import replace_file


class ReportError(Exception):
    """The file is not the report of this run. The text is one line with the reason."""


def remove() -> None:
    """Remove an earlier report, so that a run that ends before it has judged leaves none.

    Raises:
        ReportError: It cannot be removed.
    """
    if not (name := os.environ.get(variables.REPORT)):
        return
    try:
        Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise ReportError(f"{name}: {os_reason(error)}") from None


def write(report: str) -> None:
    """Write the report (JSON) with the identity of this run, if a file is requested.

    A half-written report must not be read as one, so the file appears whole or not at all.
    """
    if not (name := os.environ.get(variables.REPORT)):
        return
    document = {**json.loads(report), "run": asdict(this_run())}
    path = Path(name)
    replace_file(path, dump_document(document))


def this_run() -> RunIdentity:
    """Return the identity of this process's run: the engine names project and stack, the preview names the run."""
    found = (os.environ.get(name) or None for name in (variables.RUN, "PULUMI_PROJECT", "PULUMI_STACK"))
    return RunIdentity(*found)


def read(path: Path, expected: RunIdentity) -> Report:
    """Read the report of a run.

    Raises:
        ReportError: There is no report, it belongs to another run or stack, or it judges no account.
    """
    try:
        report = read_report(path.read_bytes())
    except FileNotFoundError:
        raise ReportError("the policy pack left no report: nothing was judged") from None
    except (OSError, ValueError) as error:
        raise ReportError(f"the policy pack's report cannot be used: {one_line(error)}") from None
    run = report.run or RunIdentity()
    if run.id != expected.id:
        raise ReportError("the policy pack's report belongs to another run")
    if (run.project, run.stack) != (expected.project, expected.stack):
        there = f"{one_line(run.project)}/{one_line(run.stack)}"
        raise ReportError(f"the policy pack's report is about {there}, not {expected.project}/{expected.stack}")
    if not report.accounts:
        raise ReportError("the policy pack's report judges no account")
    return report


def require_frameworks(report: Report, expected: Sequence[str]) -> None:
    """Refuse a report without the controls of these frameworks, as a pack with an older acctgate writes it.

    Raises:
        ReportError: An account was not judged by one of them.
    """
    for account in report.accounts:
        judged = {each.framework for each in account.frameworks if each.controls}
        if missing := [name for name in expected if name not in judged]:
            raise ReportError(f"the policy pack has not judged {missing[0]}; update acctgate in the pack's environment")
