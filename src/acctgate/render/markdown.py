"""Markdown for a pull request: the verdict first, blocking findings as a table, the rest folded; bounded in length."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver import WaiverNotice
from acctgate.render.base import Frame, Renderer
from acctgate.render.changes_markdown import change_lines
from acctgate.render.findings import VERDICT_WORDS
from acctgate.render.markdown_rows import ROOM, Rows
from acctgate.render.markdown_text import escape

_MAX_CELL: Final = 300
_VERDICT_SIGNS: Final[dict[Verdict, str]] = {"pass": "✅", "fail": "❌", "unknown": "❓"}
_SIGNS: Final[dict[Result, str]] = {"fail": "❌", "unknown": "❓", "waived": "➖"}
_HEADER: Final = ("| | account | rule | message | expected | remediation |", "|---|---|---|---|---|---|")


class MarkdownRenderer(Renderer):
    """`--format markdown`: the verdict comes first and needs all accounts, so the text is returned by `end`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._changes = Rows(ROOM // 4)
        self._blocking = Rows(ROOM // 3)
        self._details = Rows(ROOM // 4)
        self._waivers = Rows(ROOM // 6)

    def account(self, report: AccountReport) -> str:
        """Collect what will be shown, while there is room."""
        if report.diff is not None:
            self._changes.add(partial(_change, report.diff))
        for outcome in report.outcomes:
            if outcome.outcome in ("fail", "unknown") and outcome.binding:
                self._blocking.add(partial(_row, report, outcome))
            elif outcome.outcome in ("fail", "unknown", "waived"):
                self._details.add(partial(_row, report, outcome))
        return ""

    def end(self, summary: Summary) -> str:
        """Return the whole comment."""
        verdict = f"{_VERDICT_SIGNS[summary.verdict]} {VERDICT_WORDS[summary.verdict]}"
        lines = [f"## acctgate: {verdict}", "", f"{summary.describe()}.", ""]
        if self._changes.found:
            lines += ["### Changes in this deployment", "", *self._changes.lines()]
        if self._blocking.found:
            lines += ["### Blocking findings", "", *_HEADER, *self._blocking.lines()]
        if self._details.found:
            lines += _folded(f"{self._details.found:,} advisory or waived", [*_HEADER, *self._details.lines()])
        if summary.waivers:
            for notice in summary.waivers:
                self._waivers.add(partial(_waiver, notice))
            lines += _folded(f"{len(summary.waivers):,} waivers needing attention", self._waivers.lines())
        return "\n".join(lines).rstrip("\n") + "\n"


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "</details>", ""]


def _row(report: AccountReport, outcome: Outcome) -> str:
    name = report.alias or report.account or "unknown"
    cells = (name, outcome.rule, outcome.message, outcome.expected, outcome.remediation)
    return f"| {_SIGNS[outcome.outcome]} | {' | '.join(_cell(cell) for cell in cells)} |"


def _change(diff: AccountDiff) -> str:
    return "\n".join(change_lines(diff))


def _waiver(notice: WaiverNotice) -> str:
    return f"- {_cell(notice.located)}"


def _cell(text: str) -> str:
    return escape(text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…")
