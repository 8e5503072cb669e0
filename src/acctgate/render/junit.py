"""JUnit XML: a suite for each account, a case for each outcome of a rule or a control."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape

from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import clean
from acctgate.render.base import Renderer
from acctgate.render.controls import with_controls
from acctgate.render.findings import account_name, judged_properties, pack, sentence


class JunitRenderer(Renderer):
    """`--format junit`: a violation is a failure, unknown an error.

    What does not block (advisory findings, waived and skipped outcomes) counts as skipped, with its message.
    """

    def begin(self) -> str:
        """Return the head of the document."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="acctgate">\n'

    def account(self, report: AccountReport) -> str:
        """Return one suite."""
        name = _escape(account_name(report))
        outcomes = list(with_controls(report, self.frame.places))
        results = list(map(_result, outcomes))
        counts = (
            f'tests="{len(results)}" failures="{results.count("failure")}" errors="{results.count("error")}" '
            f'skipped="{results.count("skipped")}"'
        )
        cases = [name.join(_case(outcome)) for outcome in outcomes]
        inside = f"{self._properties(report)}{''.join(cases)}"
        text = f' <testsuite name="account {name}" {counts}>\n{inside} </testsuite>\n'
        return text.replace("##", "#&#35;")  # the logs of CI systems find commands anywhere in a line

    def _properties(self, report: AccountReport) -> str:
        """Return what judged, and how and when the account was read."""
        given = list(judged_properties(self.frame.judged_by))
        given += [("read_from", report.read_as.describe())] if report.read_as else []
        given += [("taken_at", report.taken_at)] if report.taken_at else []
        given += [("age_notice", report.age_notice)] if report.age_notice else []
        lines = [f'   <property name="{name}" value="{_escape(value)}" />\n' for name, value in given]
        return f"  <properties>\n{''.join(lines)}  </properties>\n" if lines else ""

    def end(self, summary: Summary) -> str:
        """Return the end of the document."""
        return "</testsuites>\n"


@lru_cache(maxsize=2048)
def _case(outcome: Outcome) -> tuple[str, ...]:
    """Return a test case, split where the account's name goes.

    Cached by identity: accounts with the same values share their outcomes.
    """
    start, name = '  <testcase classname="acctgate.', _escape(f"{outcome.rule} {pack(outcome)}".rstrip())
    kind, end = f"{outcome.level}, {outcome.severity}", "\n  </testcase>\n"
    message = _escape(sentence(outcome))
    match _result(outcome):
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
    return escape(clean(text), {'"': "&quot;"})


def _result(outcome: Outcome) -> Literal["failure", "error", "skipped"] | None:
    """Return the element that a case contains, None for a pass."""
    match outcome.outcome:
        case "pass":
            return None
        case "fail" if outcome.binding:
            return "failure"
        case "unknown" if outcome.binding:
            return "error"
    return "skipped"
