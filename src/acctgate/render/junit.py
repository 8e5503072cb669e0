"""JUnit XML: a suite for each account, a case for each rule; skipped, failed and unknown told apart."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from acctgate.render.findings import sentence
from acctgate.report import AccountReport, Outcome, Summary

# XML 1.0 has no other characters, not even escaped.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JunitRenderer:
    """`--format junit`: fail is a failure, unknown an error; skipped and waived are skipped."""

    def begin(self) -> str:
        """The head."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="acctgate">\n'

    def account(self, report: AccountReport) -> str:
        """One suite."""
        counts = Counter(outcome.outcome for outcome in report.outcomes)
        name = _attribute(f"account {report.account or 'unknown'}")
        skipped = counts["skipped"] + counts["waived"]
        head = (
            f' <testsuite name={name} tests="{len(report.outcomes)}" failures="{counts["fail"]}"'
            f' errors="{counts["unknown"]}" skipped="{skipped}">\n'
        )
        return head + "".join(_case(report, outcome) for outcome in report.outcomes) + " </testsuite>\n"

    def end(self, summary: Summary) -> str:
        """The end."""
        return "</testsuites>\n"


def _case(report: AccountReport, outcome: Outcome) -> str:
    suite = f"acctgate.{report.account or 'unknown'}"
    head = f"  <testcase classname={_attribute(suite)} name={_attribute(_name(outcome))}"
    message = _attribute(sentence(report, outcome))
    kind = f"{outcome.level}, {outcome.severity}"
    match outcome.outcome:
        case "pass":
            return f"{head}/>\n"
        case "fail":
            inner = f"<failure type={_attribute(kind)} message={message}>{_text(outcome.remediation)}</failure>"
        case "unknown":
            inner = f"<error type={_attribute(kind)} message={message}/>"
        case _:
            inner = f"<skipped message={_attribute(f'{outcome.outcome}: {outcome.message}')}/>"
    return f"{head}>{inner}</testcase>\n"


def _name(outcome: Outcome) -> str:
    pack = outcome.actual.get("CompliancePackId") if isinstance(outcome.actual, dict) else None
    return f"{outcome.rule} {pack}" if isinstance(pack, str) else outcome.rule


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", value))


def _attribute(value: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", " ".join(value.split())))
