"""JUnit XML: a suite for each account, a case for each outcome of a rule or a control."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from typing import Literal

from acctgate.inert_text import clean
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame, Renderer
from acctgate.render.controls import with_controls
from acctgate.render.findings import account_id, pack, sentence

_Result = Literal["failure", "error", "skipped"]


class JunitRenderer(Renderer):
    """`--format junit`: a violation is a failure, unknown an error.

    What does not block (advisory findings, waived and skipped outcomes) counts as skipped, with its message.
    """

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._judged_by = _properties(_judged_properties(frame.judged_by))

    def begin(self) -> str:
        """Return the head of the document."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="acctgate">\n'

    def account(self, report: AccountReport) -> str:
        """Return one suite."""
        name = _escape(account_id(report))
        found = list(map(_case, with_controls(report, self.frame.places)))
        results = [result for result, _ in found]
        counts = (
            f'tests="{len(results)}" failures="{results.count("failure")}" errors="{results.count("error")}" '
            f'skipped="{results.count("skipped")}"'
        )
        cases = [name.join(parts) for _, parts in found]
        properties = f"{self._judged_by}{_properties(_read_properties(report))}"
        head = f"  <properties>\n{properties}  </properties>\n" if properties else ""
        text = f' <testsuite name="account {name}" {counts}>\n{head}{"".join(cases)} </testsuite>\n'
        return text.replace("##", "#&#35;")  # the logs of CI systems find commands anywhere in a line

    def end(self, summary: Summary) -> str:
        """Return the end of the document."""
        return "</testsuites>\n"


def _judged_properties(judged_by: JudgedBy | None) -> Iterator[tuple[str, str]]:
    """Yield names and values about what judged. Each override is one value of `override`."""
    if judged_by:
        yield from (("policy", judged_by.policy.source), ("policy_digest", judged_by.policy.digest))
        yield from (("acctgate", judged_by.acctgate), ("judged_at", judged_by.judged_at))
        yield from (("override", override) for override in judged_by.policy.overrides)


def _read_properties(report: AccountReport) -> Iterator[tuple[str, str]]:
    """Yield names and values about how and when the account was read."""
    if report.read_as:
        yield "read_from", report.read_as.describe()
    if report.taken_at:
        yield "taken_at", report.taken_at
    if report.age_notice:
        yield "age_notice", report.age_notice


def _properties(values: Iterable[tuple[str, str]]) -> str:
    return "".join([f'   <property name="{name}" value="{_escape(value)}" />\n' for name, value in values])


@lru_cache(maxsize=2048)
def _case(outcome: Outcome) -> tuple[_Result | None, tuple[str, ...]]:
    """Return the result of a test case, and the case, split where the account's name goes.

    Cached by identity: accounts with the same values share their outcomes.
    """
    result = _result(outcome)
    return result, _parts(outcome, result)


def _parts(outcome: Outcome, result: _Result | None) -> tuple[str, ...]:
    start, name = '  <testcase classname="acctgate.', _escape(f"{outcome.rule} {pack(outcome)}".rstrip())
    kind, end = f"{outcome.level}, {outcome.severity}", "\n  </testcase>\n"
    message = _escape(sentence(outcome))
    match result:
        case "failure":
            failure = f'" name="{name}">\n   <failure type="{kind}" message="account '
            return start, failure, f': {message}">{_escape(outcome.remediation)}</failure>{end}'
        case "error":
            return start, f'" name="{name}">\n   <error type="{kind}" message="account ', f': {message}" />{end}'
        case "skipped":
            advisory = "advisory, " if outcome.outcome in ("fail", "unknown") else ""
            why = _escape(f"{advisory}{outcome.outcome}: {outcome.message}")
            return start, f'" name="{name}">\n   <skipped message="{why}" />{end}'
        case _:
            return start, f'" name="{name}" />\n'


def _escape(text: str) -> str:
    """Return text from outside for XML. `clean` removes the characters that XML 1.0 does not allow."""
    return escape(clean(text), quote=False).replace('"', "&quot;")


def _result(outcome: Outcome) -> _Result | None:
    """Return the element that a case contains, None for a pass."""
    match outcome.outcome:
        case "pass":
            return None
        case "fail" if outcome.binding:
            return "failure"
        case "unknown" if outcome.binding:
            return "error"
    return "skipped"
