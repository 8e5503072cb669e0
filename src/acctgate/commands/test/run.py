"""Judge examples, and describe how the results differ from the expected ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

from acctgate.commands.test.find import find_examples, stray_examples
from acctgate.commands.test.model import Example, ExampleError, ExampleResult, TestReport
from acctgate.commands.test.read import read_example
from acctgate.evaluate.pipeline import evaluate
from acctgate.json_text import is_same
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.plan.overlay import overlay
from acctgate.policy import Policy, entry_fault
from acctgate.rules.base import RuleEntry
from acctgate.text import show


def run_examples(folder: Path, policy: Policy, now: datetime) -> TestReport:
    """Judge all examples in a folder. An unusable one is an error in the report; the others are judged.

    Raises:
        ExampleError: The folder does not exist or has no examples, or a folder's name is not a rule.
    """
    found = list(find_examples(folder, {rule.id for rule in policy.all_rules}))
    if not found:
        hint = "put them into RULE/pass, RULE/fail, RULE/unknown, or into pass, fail, unknown for the whole policy"
        raise ExampleError(f"{folder}: has no examples; {hint}")
    results: list[ExampleResult] = []
    errors: dict[str, str] = {}
    for path, rule, outcome in found:
        try:
            results.append(run_example(read_example(folder, path, rule, outcome), policy, now))
        except ExampleError as error:
            errors[path.relative_to(folder).as_posix()] = str(error)
    for path, reason in stray_examples(folder, [result.example for result in results]):
        errors[path.relative_to(folder).as_posix()] = reason
    return TestReport.of(results, errors, policy)


def run_example(example: Example, policy: Policy, now: datetime) -> ExampleResult:
    """Judge an example.

    Args:
        example: The account and the expected outcome.
        policy: The tested policy; an example may be of any of its rules.
        now: The time of judging, unless the example sets one.

    Raises:
        ExampleError: Its snapshot or its policy is invalid.
    """
    try:
        snapshot = Snapshot.from_document(example.snapshot)
    except SnapshotError as error:
        raise ExampleError(f"{example.path}: snapshot: {error}") from None
    if example.planned is not None:
        snapshot = overlay(snapshot, example.planned)
    (report,) = evaluate([snapshot], _policy(example, policy, snapshot), example.now or now)
    differences = _policy_differences(example, report) if example.rule is None else _rule_differences(example, report)
    return ExampleResult(example, tuple(differences))


def _policy(example: Example, policy: Policy, snapshot: Snapshot) -> Policy:
    """Return the policy to judge by. An example of a rule is judged without waivers, and only in groups that match."""
    if "taken_at" not in example.snapshot:  # its age is not what the example is about
        policy = policy.at_any_age()
    if example.rule is None:
        return policy
    if example.entry is None:
        return replace(policy.for_account(snapshot), waivers=())
    [rule] = [rule for rule in policy.all_rules if rule.id == example.rule]
    entry = cast(RuleEntry, {"level": "mandatory", **example.entry})
    if fault := entry_fault(rule, entry):
        raise ExampleError(f"{example.path}: policy: {fault.removeprefix(f'rules.{rule.id}.')}")
    disabled = RuleEntry(level="disabled")
    return Policy({each.id: disabled for each in policy.all_rules} | {rule.id: entry}, all_rules=policy.all_rules)


def _rule_differences(example: Example, report: AccountReport) -> Iterator[str]:
    found = [outcome for outcome in report.outcomes if outcome.rule == example.rule]
    if not found:
        yield f"expected {example.wanted}, but the rule has no outcome"
    for outcome in found:
        if outcome.outcome != example.wanted:
            yield f"expected {example.wanted}, found {outcome.outcome}: {_describe(outcome)}"
        yield from _expect_differences(example, outcome)


def _policy_differences(example: Example, report: AccountReport) -> Iterator[str]:
    if report.verdict != example.wanted:
        yield f"expected the verdict {example.wanted}, found {report.verdict}"
        for outcome in report.outcomes:
            if outcome.binding and outcome.outcome in ("fail", "unknown"):
                yield f"{outcome.rule}: {outcome.outcome}: {_describe(outcome)}"
    for rule, wanted in example.expect.items():
        found = [outcome for outcome in report.outcomes if outcome.rule == rule]
        if not found:
            yield f"expect.{rule}: unknown rule"
        for outcome in found:
            if outcome.outcome != wanted:
                yield f"expect.{rule}: expected {wanted}, found {outcome.outcome}: {_describe(outcome)}"


def _expect_differences(example: Example, outcome: Outcome) -> Iterator[str]:
    for key, wanted in example.expect.items():
        found = getattr(outcome, key)
        if key == "message":
            if str(wanted) not in found:
                yield f"expect.message: expected a text with {show(wanted)}, found {found}"
        elif not is_same(found, wanted):
            yield f"expect.{key}: expected {show(wanted)}, found {show(found)}"


def _describe(outcome: Outcome) -> str:
    return f"{outcome.message}; the policy requires {outcome.expected}"
