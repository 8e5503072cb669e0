"""JUnit XML: a suite for each account, a case for each outcome."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import clean
from acctgate.render.base import Renderer
from acctgate.render.findings import account_name, pack, sentence


class JunitRenderer(Renderer):
    """`--format junit`: fail is a failure, unknown an error; skipped and waived are skipped."""

    def begin(self) -> str:
        """Return the head of the document."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="acctgate">\n'

    def account(self, report: AccountReport) -> str:
        """Return one suite."""
        name = account_name(report)
        results = [outcome.outcome for outcome in report.outcomes]
        suite = ET.Element(
            "testsuite",
            name=f"account {name}",
            tests=str(len(results)),
            failures=str(results.count("fail")),
            errors=str(results.count("unknown")),
            skipped=str(results.count("skipped") + results.count("waived")),
        )
        for outcome in report.outcomes:
            _add_case(suite, f"acctgate.{name}", report, outcome)
        ET.indent(suite, " ", level=1)
        return f" {ET.tostring(suite, encoding='unicode')}\n"

    def end(self, summary: Summary) -> str:
        """Return the end of the document."""
        return "</testsuites>\n"


def _add_case(suite: ET.Element, classname: str, report: AccountReport, outcome: Outcome) -> None:
    """Add a test case. `clean` has removed the characters that XML 1.0 does not allow."""
    case = ET.SubElement(suite, "testcase", classname=classname, name=clean(f"{outcome.rule} {pack(outcome)}".rstrip()))
    kind = f"{outcome.level}, {outcome.severity}"
    match outcome.outcome:
        case "pass":
            return
        case "fail":
            failure = ET.SubElement(case, "failure", type=kind, message=sentence(report, outcome))
            failure.text = clean(outcome.remediation)
        case "unknown":
            ET.SubElement(case, "error", type=kind, message=sentence(report, outcome))
        case _:
            ET.SubElement(case, "skipped", message=clean(f"{outcome.outcome}: {outcome.message}"))
