"""Which findings block, where a pipeline says otherwise than the policy: from a level on, and from a severity on. Pure.

A rule that is to block is mandatory in the report, one that is not is advisory, so that verdict, formats and exit
status all say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast, get_args

from acctgate.model.outcome import BINDING, Level, Outcome, Severity
from acctgate.model.report import AccountReport, verdict_of

Threshold = Literal["mandatory", "advisory"]
LEVELS: Final = get_args(Threshold)
SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high", "critical")
"""From the least to the gravest."""


@dataclass(frozen=True, slots=True)
class FailOn:
    """What blocks: rules of at least this level and at least this severity."""

    level: Threshold = "mandatory"
    severity: Severity = "low"

    @classmethod
    def of(cls, values: Iterable[str]) -> FailOn:
        """From words: one level and one severity at most.

        Raises:
            ValueError: A word is neither, or there are two of a kind. The text is one line.
        """
        given: dict[str, str] = {}
        for value in values:
            if value not in (*LEVELS, *SEVERITIES):
                raise ValueError(f"{value}: is none of {', '.join((*LEVELS, *SEVERITIES))}")
            kind = "level" if value in LEVELS else "severity"
            if kind in given:
                raise ValueError(f"{given[kind]} and {value}: takes one {kind}; what is above it blocks too")
            given[kind] = value
        return cls(**cast(Any, given))

    def apply(self, reports: Iterable[AccountReport]) -> Iterator[AccountReport]:
        """The reports with what blocks as mandatory and the rest as advisory."""
        for report in reports:
            outcomes = tuple(map(self._apply, report.outcomes))
            yield replace(report, outcomes=outcomes, verdict=verdict_of(outcomes))

    def _apply(self, outcome: Outcome) -> Outcome:
        if outcome.level == "disabled" or self._blocks(outcome) == outcome.binding:
            return outcome
        level: Level = "advisory" if outcome.binding else "mandatory"
        return replace(outcome, level=level)

    def _blocks(self, outcome: Outcome) -> bool:
        grave = SEVERITIES.index(outcome.severity) >= SEVERITIES.index(self.severity)
        return grave and (self.level == "advisory" or outcome.level in BINDING)
