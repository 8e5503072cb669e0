"""JUnit XML: a suite for each account, a case for each rule; skipped, failed and unknown told apart."""

from __future__ import annotations

from typing import Final

from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame
from acctgate.render.findings import account_name, pack, printable, sentence
from acctgate.render.kept import ACCOUNT, kept

_XML: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


class JunitRenderer:
    """`--format junit`: fail is a failure, unknown an error; skipped and waived are skipped."""

    def __init__(self, frame: Frame) -> None:
        pass

    def begin(self) -> str:
        """The head."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="acctgate">\n'

    def account(self, report: AccountReport) -> str:
        """One suite."""
        results = [outcome.outcome for outcome in report.outcomes]
        skipped = results.count("skipped") + results.count("waived")
        suite = (
            f' <testsuite name="account {ACCOUNT}" tests="{len(results)}" failures="{results.count("fail")}"'
            f' errors="{results.count("unknown")}" skipped="{skipped}">\n'
            f"{''.join(map(_case, report.outcomes))} </testsuite>\n"
        )
        return suite.replace(ACCOUNT, account_name(report).translate(_XML))

    def end(self, summary: Summary) -> str:
        """The end."""
        return "</testsuites>\n"


@kept
def _case(outcome: Outcome) -> str:
    name = _text(f"{outcome.rule} {pack(outcome)}")
    head = f'  <testcase classname="acctgate.{ACCOUNT}" name="{name}"'
    kind, message = f"{outcome.level}, {outcome.severity}", sentence(outcome).translate(_XML)
    match outcome.outcome:
        case "pass":
            return f"{head}/>\n"
        case "fail":
            inner = f'<failure type="{kind}" message="{message}">{_text(outcome.remediation)}</failure>'
        case "unknown":
            inner = f'<error type="{kind}" message="{message}"/>'
        case _:
            inner = f'<skipped message="{_text(f"{outcome.outcome}: {outcome.message}")}"/>'
    return f"{head}>{inner}</testcase>\n"


def _text(value: str) -> str:
    """Text in an element or an attribute. What is not printable XML 1.0 does not have, not even escaped."""
    return printable(value).translate(_XML)
