"""CSV (RFC 4180): a line for each outcome, passes included, fit for a spreadsheet."""

from __future__ import annotations

import csv
from typing import Any, Final

from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame
from acctgate.render.findings import printable
from acctgate.render.json import dumps
from acctgate.render.kept import kept

COLUMNS: Final = (
    "account", "alias", "verdict", "rule", "outcome", "level", "severity", "setting", "expected", "actual",
    "message", "remediation",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what it is to keep: the csv module writes to files only."""

    def write(self, text: str) -> str:
        return text


_WRITER: Final = csv.writer(_Echo(), lineterminator="")


class CsvRenderer:
    """`--format csv`"""

    def __init__(self, frame: Frame) -> None:
        pass

    def begin(self) -> str:
        """The header."""
        return f"{_cells(COLUMNS)}\r\n"

    def account(self, report: AccountReport) -> str:
        """A line for each outcome."""
        account = _cells((report.account, report.alias, report.verdict))
        return "".join([f"{account},{_outcome(outcome)}\r\n" for outcome in report.outcomes])

    def end(self, summary: Summary) -> str:
        """Nothing."""
        return ""


@kept
def _outcome(o: Outcome) -> str:
    return _cells((o.rule, o.outcome, o.level, o.severity, o.setting, o.expected, o.actual, o.message, o.remediation))


def _cells(values: tuple[Any, ...]) -> str:
    """A part of a line."""
    text: str = _WRITER.writerow([_cell(value) for value in values])
    return text


def _cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = printable(value if isinstance(value, str) else dumps(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
