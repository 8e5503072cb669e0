"""CSV (RFC 4180): one line per outcome, or per control with `--framework`; safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import StringIO
from operator import attrgetter
from typing import Any, Final

from acctgate.frameworks.framework import Control, Framework
from acctgate.model.control import ControlReport
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.redact import clean, without_commands
from acctgate.render.base import Renderer
from acctgate.render.controls import judged_controls
from acctgate.render.json import dumps

_ACCOUNT_COLUMNS: Final = ("account", "alias", "verdict")
_account_values: Final = attrgetter(*_ACCOUNT_COLUMNS)
_OUTCOME_COLUMNS: Final = (
    "rule",
    "outcome",
    "level",
    "severity",
    "setting",
    "expected",
    "actual",
    "message",
    "remediation",
)
_outcome_values: Final = attrgetter(*_OUTCOME_COLUMNS)
_CONTROL_COLUMNS: Final = (
    "framework",
    "control",
    "title",
    "outcome",
    "rules",
    "expected",
    "actual",
    "reason",
    "not_judged",
    "source",
)
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "::")
"""Excel also takes wide characters for signs. A line that begins with two colons is a command to GitHub Actions."""


class CsvRenderer(Renderer):
    """`--format csv`."""

    encoding = "utf-8-sig"
    """With a byte order mark: without one, Excel reads the file in the system's old encoding."""

    def begin(self) -> str:
        """Return the header."""
        return f"{_line((*_ACCOUNT_COLUMNS, *(_CONTROL_COLUMNS if self.frame.frameworks else _OUTCOME_COLUMNS)))}\r\n"

    def account(self, report: AccountReport) -> str:
        """Return a line for each outcome; with frameworks, a line for each control, covered or not."""
        account = _line(_account_values(report))
        if self.frame.frameworks:
            controls = judged_controls(self.frame.frameworks, report)
            return "".join([f"{account},{_line(_control(*control))}\r\n" for control in controls])
        return "".join([f"{account},{_outcome(outcome)}\r\n" for outcome in report.outcomes])


def _control(framework: Framework, control: Control, report: ControlReport | None) -> Iterator[Any]:
    """Yield a control's part of a line."""
    outcomes = report.outcomes if report else ()
    yield from (framework.id, control.id, control.title.en, report.outcome if report else "not covered")
    yield ", ".join(control.rules)
    yield "; ".join(f"{each.rule}: {each.expected}" for each in outcomes)
    yield "; ".join(f"{each.rule}: {dumps(each.actual)}" for each in outcomes)
    yield from (report.reason if report else control.reason, control.not_judged, control.source or framework.source)


@lru_cache(maxsize=2048)
def _outcome(outcome: Outcome) -> str:
    """Return an outcome's part of a line. Cached by identity: accounts with the same values share their outcomes."""
    return _line(_outcome_values(outcome))


def _line(values: Iterable[Any]) -> str:
    file = StringIO()
    csv.writer(file, lineterminator="").writerow(map(_cell, values))
    return file.getvalue()


def _cell(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = without_commands(clean(value if isinstance(value, str) else dumps(value)))
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
