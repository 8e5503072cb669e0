"""CSV (RFC 4180): a line for each outcome, passes included, fit for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Final

from acctgate.render.findings import printable
from acctgate.report import AccountReport, Summary

COLUMNS: Final = (
    "account", "alias", "verdict", "rule", "outcome", "level", "severity", "setting", "expected", "actual",
    "message", "remediation",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class CsvRenderer:
    """`--format csv`"""

    def begin(self) -> str:
        """The header."""
        return _row(COLUMNS)

    def account(self, report: AccountReport) -> str:
        """A line for each outcome."""
        rows = []
        for o in report.outcomes:
            told = (o.rule, o.outcome, o.level, o.severity, o.setting, o.expected, o.actual, o.message, o.remediation)
            rows.append(_row((report.account, report.alias, report.verdict, *told)))
        return "".join(rows)

    def end(self, summary: Summary) -> str:
        """Nothing."""
        return ""


def _row(values: tuple[Any, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return buffer.getvalue()


def _cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return f"'{text}" if text.startswith(_FORMULA) else text
