"""Judge an example, and say how what is found differs from what it wants. Pure: the time is an argument."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from acctgate.commands.test.examples import Example, ExampleError
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.plan import overlay
from acctgate.policy import Policy, entry_fault
from acctgate.rules.base import RuleEntry
from acctgate.text import show


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an example."""

    example: Example
    differences: tuple[str, ...]
    """What is otherwise than it wants, each in one line; empty where it holds."""

    @property
    def holds(self) -> bool:
        """Whether all is as the example wants it."""
        return not self.differences


def run_example(example: Example, policy: Policy, now: datetime) -> Result:
    """Judge an example.

    Args:
        example: What is judged, and what is wanted.
        policy: The policy that is tested; its rules are those that an example can be of.
        now: When it is judged, where the example does not say.

    Raises:
        ExampleError: Its snapshot or its policy cannot be used.
    """
    try:
        snapshot = Snapshot.from_document(example.snapshot)
    except SnapshotError as error:
        raise ExampleError(f"{example.path}: snapshot: {error}") from None
    if example.planned is not None:
        snapshot = overlay(snapshot, example.planned)
    (report,) = evaluate([snapshot], _policy(example, policy), example.now or now)
    differ = _of_a_policy(example, report) if example.rule is None else _of_a_rule(example, report)
    return Result(example, tuple(differ))


def _policy(example: Example, policy: Policy) -> Policy:
    """Of a rule's example, the rule alone: waivers are the policy's affair."""
    if example.rule is None:
        return policy
    if example.entry is None:
        return replace(policy, waivers=())
    [rule] = [rule for rule in policy.all_rules if rule.id == example.rule]
    entry = cast(RuleEntry, {"level": "mandatory", **example.entry})
    if fault := entry_fault(rule, entry):
        raise ExampleError(f"{example.path}: policy: {fault.removeprefix(f'rules.{rule.id}.')}")
    nothing = RuleEntry(level="disabled")
    return Policy({each.id: nothing for each in policy.all_rules} | {rule.id: entry}, all_rules=policy.all_rules)


def _of_a_rule(example: Example, report: AccountReport) -> Iterator[str]:
    found = [outcome for outcome in report.outcomes if outcome.rule == example.rule]
    if not found:
        yield f"expected {example.wanted}, and the rule gave no outcome"
    for outcome in found:
        if outcome.outcome != example.wanted:
            yield f"expected {example.wanted}, found {outcome.outcome}: {_told(outcome)}"
        yield from _otherwise(example, outcome)


def _of_a_policy(example: Example, report: AccountReport) -> Iterator[str]:
    if report.verdict != example.wanted:
        yield f"expected the verdict {example.wanted}, found {report.verdict}"
        for outcome in report.outcomes:
            if outcome.binding and outcome.outcome in ("fail", "unknown"):
                yield f"{outcome.rule}: {outcome.outcome}: {_told(outcome)}"
    for rule, wanted in example.expect.items():
        found = [outcome for outcome in report.outcomes if outcome.rule == rule]
        if not found:
            yield f"expect.{rule}: there is no such rule"
        for outcome in found:
            if outcome.outcome != wanted:
                yield f"expect.{rule}: expected {wanted}, found {outcome.outcome}: {_told(outcome)}"


def _otherwise(example: Example, outcome: Outcome) -> Iterator[str]:
    for key, wanted in example.expect.items():
        found = getattr(outcome, key)
        if key == "message":
            if str(wanted) not in found:
                yield f"expect.message: expected a text with {show(wanted)}, found {found}"
        elif _json(found) != _json(wanted):
            yield f"expect.{key}: expected {show(wanted)}, found {show(found)}"


def _told(outcome: Outcome) -> str:
    return f"{outcome.message}; the policy wants {outcome.expected}"


def _json(value: Any) -> str:
    """To Python 1, 1.0 and true are equal; to JSON they are not."""
    return json.dumps(value, sort_keys=True)
