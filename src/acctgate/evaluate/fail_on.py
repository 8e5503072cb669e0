"""Decide which findings block, if a pipeline overrides the policy: by minimum level and minimum severity. Pure.

In the report a rule that blocks is mandatory and one that does not is advisory, so that verdict, formats and exit
status agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast, get_args

from acctgate.model.outcome import BINDING, SEVERITIES, Level, Outcome, Severity
from acctgate.model.report import AccountReport

Threshold = Literal["mandatory", "advisory"]
LEVELS: Final = get_args(Threshold)


@dataclass(frozen=True, slots=True)
class FailOn:
    """The threshold: findings of at least this level and at least this severity block."""

    level: Threshold = "mandatory"
    severity: Severity = "low"

    @classmethod
    def of(cls, values: Iterable[str]) -> FailOn:
        """Return the threshold that the words name: at most one level and one severity.

        Raises:
            ValueError: A word is neither, or there are two of a kind. The text is one line.
        """
        given: dict[str, str] = {}
        for value in values:
            if value not in (*LEVELS, *SEVERITIES):
                raise ValueError(f"{value}: invalid choice; use {', '.join((*LEVELS, *SEVERITIES))}")
            kind = "level" if value in LEVELS else "severity"
            if kind in given:
                raise ValueError(f"{given[kind]} and {value}: takes one {kind}; higher ones block too")
            given[kind] = value
        return cls(**cast(Any, given))

    def can_block(self, rules: Iterable[tuple[Level, Severity]]) -> bool:
        """Return whether any of these rules could block a deploy."""
        return any(level != "disabled" and self._reaches(level, severity) for level, severity in rules)

    def apply(self, report: AccountReport) -> AccountReport:
        """Return the report with blocking rules as mandatory and all others as advisory."""
        return report.map_outcomes(lambda outcomes: tuple(map(self._apply, outcomes)))

    def _apply(self, outcome: Outcome) -> Outcome:
        if outcome.level == "disabled" or self._reaches(outcome.level, outcome.severity) == outcome.binding:
            return outcome
        level: Level = "advisory" if outcome.binding else "mandatory"
        return replace(outcome, level=level)

    def _reaches(self, level: Level, severity: Severity) -> bool:
        severe = SEVERITIES.index(severity) >= SEVERITIES.index(self.severity)
        return severe and (self.level == "advisory" or level in BINDING)
