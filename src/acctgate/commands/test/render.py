"""Render a test report as text, JSON or JUnit XML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from acctgate.commands.test.model import ExampleResult, TestReport
from acctgate.inert_text import clean
from acctgate.json_text import dump_document
from acctgate.redact import one_line
from acctgate.text import plural


def render_text(report: TestReport) -> str:
    """Return mismatches, errors, rules without examples, and the counts."""
    lines = []
    for result in report.failed:
        lines.append(f"✗ {one_line(result.example.name)}")
        lines += [f"    {one_line(difference)}" for difference in result.differences]
    lines += [f"! {one_line(error)}" for error in report.errors.values()]
    lines += [""] if lines else []
    if report.uncovered:
        lines += [*_uncovered(report.uncovered), ""]
    lines.append(_counts(report))
    return "".join(f"{line}\n" for line in lines)


def _uncovered(uncovered: Mapping[str, Any]) -> list[str]:
    by_outcomes: dict[tuple[str, ...], list[str]] = {}
    for rule, outcomes in uncovered.items():
        by_outcomes.setdefault(tuple(outcomes), []).append(rule)
    lines = [f"    no {', '.join(outcomes)}: {', '.join(rules)}" for outcomes, rules in by_outcomes.items()]
    return [f"Rules without examples ({len(uncovered)}):", *lines]


def _counts(report: TestReport) -> str:
    failed, errors = len(report.failed), len(report.errors)
    passed = len(report.results) - failed
    total = len(report.results) + errors
    counts = [(passed, "passed"), (failed, "failed"), (errors, "cannot be used")]
    parts = ", ".join(f"{count:,} {text}" for count, text in counts if count)
    return f"{plural(total, 'example')}: {parts}"


def render_json(report: TestReport) -> str:
    """Return the whole report (version 1)."""
    document: dict[str, Any] = {
        "version": 1,
        "examples": [
            {
                "name": result.example.name,
                "rule": result.example.rule,
                "wanted": result.example.wanted,
                "holds": result.matches,
                "differences": list(result.differences),
            }
            for result in report.results
        ],
        "errors": dict(report.errors),
        "uncovered": {rule: list(outcomes) for rule, outcomes in report.uncovered.items()},
    }
    return dump_document(document)


def render_junit(report: TestReport) -> str:
    """Return a test suite with one test case for each example."""
    cases = [_case(result) for result in report.results]
    cases += [
        f"  <testcase classname={_attribute('acctgate.test')} name={_attribute(name)}>"
        f"<error message={_attribute(error)}/></testcase>\n"
        for name, error in report.errors.items()
    ]
    head = f'tests="{len(cases)}" failures="{len(report.failed)}" errors="{len(report.errors)}" skipped="0"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="acctgate test">\n'
        f' <testsuite name="examples" {head}>\n{"".join(cases)} </testsuite>\n</testsuites>\n'
    )


def _case(result: ExampleResult) -> str:
    suite = f"acctgate.test.{result.example.rule or 'policy'}"
    head = f"  <testcase classname={_attribute(suite)} name={_attribute(result.example.name)}"
    if result.matches:
        return f"{head}/>\n"
    return f"{head}><failure message={_attribute('; '.join(result.differences))}/></testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(clean(text))


FORMATS: Final[Mapping[str, Callable[[TestReport], str]]] = {
    "text": render_text,
    "json": render_json,
    "junit": render_junit,
}
"""The render function of each format."""
