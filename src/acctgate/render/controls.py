"""The controls of frameworks as data for the formats: each control of a framework, covered or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from acctgate.model.control import ControlReport
from acctgate.model.outcome import Outcome, Places
from acctgate.model.report import AccountReport

if TYPE_CHECKING:
    from acctgate.frameworks.framework import Control, Framework


def with_controls(report: AccountReport, places: Places) -> tuple[Outcome, ...]:
    """Return the outcomes of an account, then one for each control, for formats that list outcomes only.

    Args:
        report: The report on the account.
        places: The lines of the policy. A control is at that of its first rule, unless the program declares a place.
    """
    controls = [_as_outcome(each, one.framework, places) for one in report.frameworks for each in one.controls]
    return (*report.outcomes, *controls)


def _as_outcome(control: ControlReport, framework: str, places: Places) -> Outcome:
    outcome = control.as_outcome(framework)
    lines = (places[rule] for rule in control.rules if rule in places)
    return replace(outcome, place=outcome.place or next(lines, None))


def judged_controls(
    frameworks: Sequence[Framework], report: AccountReport
) -> Iterator[tuple[Framework, Control, ControlReport | None]]:
    """Yield each control of each framework with its report for one account, None if it is not covered."""
    found = {
        (framework.framework, control.id): control for framework in report.frameworks for control in framework.controls
    }
    for framework in frameworks:
        for control in framework.controls:
            yield framework, control, found.get((framework.id, control.id))
