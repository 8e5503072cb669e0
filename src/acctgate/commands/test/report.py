"""What a run of examples says: text, JSON, JUnit. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from acctgate.commands.test.examples import Example
from acctgate.commands.test.run import Result
from acctgate.policy import Policy
from acctgate.redact import one_line
from acctgate.rules import RULES


@dataclass(frozen=True, slots=True)
class TestReport:
    """The results of a run of examples."""

    results: Sequence[Result]
    errors: Mapping[str, str]
    """Example → why it cannot be used, in one line."""
    uncovered: Mapping[str, Sequence[str]]
    """Rule → the outcomes of which it has no example."""

    @classmethod
    def of(cls, results: Sequence[Result], errors: Mapping[str, str], policy: Policy) -> TestReport:
        """What was found, and what the rules lack that the policy asks for, and those of its own modules."""
        seen = {(result.example.rule, result.example.wanted) for result in results}
        asked = [rule for rule in policy.all_rules if policy.rules[rule.id]["level"] != "disabled" or rule not in RULES]
        lacks = {rule.id: [each for each in rule.outcomes if (rule.id, each) not in seen] for rule in asked}
        return cls(results, errors, {rule: outcomes for rule, outcomes in lacks.items() if outcomes})

    @property
    def failed(self) -> list[Result]:
        """What differs."""
        return [result for result in self.results if not result.holds]


def _text(told: TestReport) -> str:
    lines = []
    for result in told.failed:
        lines.append(f"✗ {_name(result.example)}")
        lines += [f"    {one_line(difference)}" for difference in result.differences]
    lines += [f"! {one_line(error)}" for error in told.errors.values()]
    lines += [""] if lines else []
    if told.uncovered:
        lines.append(f"Rules without examples ({len(told.uncovered)}):")
        alike: dict[tuple[str, ...], list[str]] = {}
        for rule, outcomes in told.uncovered.items():
            alike.setdefault(tuple(outcomes), []).append(rule)
        lines += [f"    no {', '.join(outcomes)}: {', '.join(rules)}" for outcomes, rules in alike.items()]
        lines.append("")
    passed = len(told.results) - len(told.failed)
    counts = [(passed, "holds", "hold"), (len(told.failed), "differs", "differ")]
    counts.append((len(told.errors), "cannot be used", "cannot be used"))
    parts = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]
    number = len(told.results) + len(told.errors)
    lines.append(f"{number:,} example{'' if number == 1 else 's'}: {', '.join(parts)}")
    return "".join(f"{line}\n" for line in lines)


def _json(told: TestReport) -> str:
    document: dict[str, Any] = {
        "version": 1,
        "examples": [
            {
                "name": result.example.name,
                "rule": result.example.rule,
                "wanted": result.example.wanted,
                "holds": result.holds,
                "differences": list(result.differences),
            }
            for result in told.results
        ],
        "errors": dict(told.errors),
        "uncovered": {rule: list(outcomes) for rule, outcomes in told.uncovered.items()},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _junit(told: TestReport) -> str:
    cases = [_case(result) for result in told.results]
    cases += [
        f"  <testcase classname={_attribute('acctgate.test')} name={_attribute(name)}>"
        f"<error message={_attribute(error)}/></testcase>\n"
        for name, error in told.errors.items()
    ]
    head = f'tests="{len(cases)}" failures="{len(told.failed)}" errors="{len(told.errors)}" skipped="0"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="acctgate test">\n'
        f' <testsuite name="examples" {head}>\n{"".join(cases)} </testsuite>\n</testsuites>\n'
    )


def _case(result: Result) -> str:
    suite = f"acctgate.test.{result.example.rule or 'policy'}"
    head = f"  <testcase classname={_attribute(suite)} name={_attribute(result.example.name)}"
    if result.holds:
        return f"{head}/>\n"
    return f"{head}><failure message={_attribute('; '.join(result.differences))}/></testcase>\n"


def _attribute(text: str) -> str:
    from acctgate.redact import clean

    return quoteattr(clean(text))


def _name(example: Example) -> str:
    return one_line(example.name)


renderings: Final[dict[str, Callable[[TestReport], str]]] = {"text": _text, "json": _json, "junit": _junit}
"""The formats by name."""
