"""JUnit XML: a suite for each account, a case for each outcome of a rule or a control."""

from __future__ import annotations

from typing import Literal
from xml.etree import ElementTree as ET

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
        name = account_name(report)
        outcomes = list(with_controls(report, self.frame.places))
        results = [_result(outcome) for outcome in outcomes]
        suite = ET.Element(
            "testsuite",
            name=f"account {name}",
            tests=str(len(results)),
            failures=str(results.count("failure")),
            errors=str(results.count("error")),
            skipped=str(results.count("skipped")),
        )
        self._add_properties(suite, report)
        for outcome in outcomes:
            _add_case(suite, f"acctgate.{name}", report, outcome)
        ET.indent(suite, " ", level=1)
        text = ET.tostring(suite, encoding="unicode")
        return f" {text.replace('##', '#&#35;')}\n"  # the logs of CI systems find commands anywhere in a line

    def _add_properties(self, suite: ET.Element, report: AccountReport) -> None:
        """Add what judged, and how and when the account was read."""
        given = list(judged_properties(self.frame.judged_by))
        given += [("read_from", report.read_as.describe())] if report.read_as else []
        given += [("taken_at", report.taken_at)] if report.taken_at else []
        given += [("age_notice", report.age_notice)] if report.age_notice else []
        if given:
            properties = ET.SubElement(suite, "properties")
            for name, value in given:
                ET.SubElement(properties, "property", name=name, value=clean(value))

    def end(self, summary: Summary) -> str:
        """Return the end of the document."""
        return "</testsuites>\n"


def _add_case(suite: ET.Element, classname: str, report: AccountReport, outcome: Outcome) -> None:
    """Add a test case. `clean` has removed the characters that XML 1.0 does not allow."""
    case = ET.SubElement(suite, "testcase", classname=classname, name=clean(f"{outcome.rule} {pack(outcome)}".rstrip()))
    kind = f"{outcome.level}, {outcome.severity}"
    match _result(outcome):
        case "failure":
            failure = ET.SubElement(case, "failure", type=kind, message=sentence(report, outcome))
            failure.text = clean(outcome.remediation)
        case "error":
            ET.SubElement(case, "error", type=kind, message=sentence(report, outcome))
        case "skipped":
            advisory = "advisory, " if outcome.outcome in ("fail", "unknown") else ""
            ET.SubElement(case, "skipped", message=clean(f"{advisory}{outcome.outcome}: {outcome.message}"))


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
