"""CSV (RFC 4180): one line per outcome, or per control with `--framework`; safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from acctgate.frameworks.framework import Control, Framework
from acctgate.inert_text import clean, without_commands
from acctgate.json_text import dumps
from acctgate.model.control import ControlReport
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.render.base import Renderer
from acctgate.render.controls import judged_controls
from acctgate.render.json import OUTCOME_KEYS, outcome_values

_ACCOUNT_COLUMNS: Final = ("account", "alias", "verdict")
_account_values: Final = attrgetter(*_ACCOUNT_COLUMNS)
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
        return f"{_line((*_ACCOUNT_COLUMNS, *(_CONTROL_COLUMNS if self.frame.frameworks else OUTCOME_KEYS)))}\r\n"

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
    return _line(outcome_values(outcome))


def _line(values: Iterable[Any]) -> str:
    return ",".join(map(_cell, values))


def _cell(value: Any) -> str:
    """Return a cell of one line that no spreadsheet takes for a formula. RFC 4180 has quotes around some of them."""
    if value is None:
        return ""
    text = without_commands(clean(value if isinstance(value, str) else dumps(value)))
    if text.startswith(_FORMULA_STARTS):
        text = f"'{text}"
    return '"{}"'.format(text.replace('"', '""')) if "," in text or '"' in text else text
