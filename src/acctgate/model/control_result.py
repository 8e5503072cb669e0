"""The controls of a framework as a whole report summarizes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from acctgate.model.control import ControlTotal
from acctgate.model.outcome import RESULTS, Result, Verdict

NotCovered = Literal["not covered"]
"""What reports show instead of a result where acctgate cannot judge a control."""


@dataclass(frozen=True, slots=True)
class ControlResult:
    """One control in the summary of a report, covered or not."""

    id: str
    title: str
    outcome: Result | NotCovered
    """The worst outcome of an account; `not covered` if acctgate cannot judge the control."""
    rules: tuple[str, ...]
    """The rules that cover it."""
    reason: str
    """Why the outcome is what it is, or why the control is not covered."""
    source: str = ""
    """What the mapping to rules is based on."""
    not_judged: str = ""
    """The part of the control that no rule judges."""
    counts: Mapping[Result, int] = field(default_factory=dict)
    """The number of accounts with each outcome."""


@dataclass(frozen=True, slots=True)
class FrameworkResult:
    """A framework in the summary of a report, with all its controls."""

    id: str
    title: str
    version: str
    source: str
    verdict: Verdict
    controls: tuple[ControlResult, ...]


def all_counts(total: ControlTotal) -> dict[Result, int]:
    """Return the number of accounts with each result, 0 included."""
    return {result: total.counts[result] for result in RESULTS}
