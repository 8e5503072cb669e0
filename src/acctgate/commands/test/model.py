"""Examples, their results, and the report of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from acctgate.model.outcome import Result
from acctgate.model.planned_change import PlannedChange
from acctgate.policy import Policy
from acctgate.rules import RULES


class ExampleError(ValueError):
    """An example cannot be used. The text is one line: the file, its line if known, the error and a fix."""


@dataclass(frozen=True, slots=True)
class Example:
    """An account and its expected outcome."""

    path: Path
    name: str
    """The path below the folder of examples."""
    rule: str | None
    """The rule to judge by; None for the whole policy."""
    wanted: Result
    """The expected outcome of the rule, or verdict of the policy: the name of the folder."""
    snapshot: dict[str, Any]
    entry: dict[str, Any] | None = None
    """The rule's entry in the policy; None for that of the tested policy."""
    planned: tuple[PlannedChange, ...] | None = None
    now: datetime | None = None
    snapshot_file: Path | None = None
    """The file of the snapshot if it is not the example itself."""
    expect: Mapping[str, Any] = field(default_factory=dict)
    """For a rule: actual, expected, setting, names, or a part of the message. For a policy: rule id → outcome."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """The result of judging an example."""

    example: Example
    differences: tuple[str, ...]
    """The differences from the expected result, one line each; empty if there are none."""

    @property
    def matches(self) -> bool:
        """Whether the result is the expected one."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class TestReport:
    """The results of a run of examples."""

    results: Sequence[ExampleResult]
    errors: Mapping[str, str]
    """Example → why it cannot be used, in one line."""
    uncovered: Mapping[str, Sequence[str]]
    """Rule → the outcomes that no example has."""

    @classmethod
    def of(cls, results: Sequence[ExampleResult], errors: Mapping[str, str], policy: Policy) -> TestReport:
        """Return the report. Enabled rules and the rules of the policy's own modules need examples."""
        seen = {(result.example.rule, result.example.wanted) for result in results}
        rules = [rule for rule in policy.all_rules if policy.rules[rule.id]["level"] != "disabled" or rule not in RULES]
        missing = {rule.id: [each for each in rule.outcomes if (rule.id, each) not in seen] for rule in rules}
        return cls(results, errors, {rule: outcomes for rule, outcomes in missing.items() if outcomes})

    @property
    def failed(self) -> list[ExampleResult]:
        """The results that differ from the expected ones."""
        return [result for result in self.results if not result.matches]
