"""The summary of each framework over all accounts: each of its controls, covered or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from acctgate.frameworks.framework import Control, Framework
from acctgate.language import Bilingual
from acctgate.model.control import ControlTotal, FrameworkTotal
from acctgate.model.control_result import ControlResult, FrameworkResult, all_counts
from acctgate.model.report import Summary

_NO_ACCOUNT: Final = Bilingual("no account was judged", "没有判断任何账号")


def framework_results(frameworks: Sequence[Framework], summary: Summary) -> Iterator[FrameworkResult]:
    """Yield the summary of each framework over all accounts."""
    for framework in frameworks:
        total = summary.frameworks.get(framework.id, FrameworkTotal())
        controls = tuple(_result(control, total.controls.get(control.id)) for control in framework.controls)
        yield FrameworkResult(
            framework.id, framework.title.en, framework.version, framework.source, total.verdict, controls
        )


def _result(control: Control, total: ControlTotal | None) -> ControlResult:
    rules = tuple(control.rules)
    if not control.covered:
        return ControlResult(control.id, control.title.en, "not covered", rules, control.reason)
    outcome, reason = (total.outcome, total.reason) if total else ("skipped", _NO_ACCOUNT)
    counts = all_counts(total or ControlTotal())
    return ControlResult(
        control.id, control.title.en, outcome, rules, reason, control.source, control.not_judged, counts
    )
