"""Markdown for a pull request: the verdict first, what blocks as a table, the rest folded. Never too long."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver import WaiverNotice
from acctgate.render.base import Frame
from acctgate.render.changes import markdown_lines, title
from acctgate.render.markdown_text import escape

LONGEST: Final = 60_000
"""Characters: GitHub takes 65,536 in a comment, and others may add to it."""
_ROOM: Final = LONGEST - 2_000
_LONGEST_CELL: Final = 300
_VERDICTS: Final[dict[Verdict, str]] = {
    "pass": "✅ passed",
    "fail": "❌ blocked",
    "unknown": "❓ not provable",
}
_SIGNS: Final = {"fail": "❌", "unknown": "❓", "waived": "➖", "pass": "✅", "skipped": "⏭"}


class MarkdownRenderer:
    """`--format markdown`: the verdict needs every account, so all is written at the end; what is kept is bounded."""

    def __init__(self, frame: Frame) -> None:
        self._moves = _Rows(_ROOM // 3)
        self._blocking = _Rows(_ROOM // 3)
        self._details = _Rows(_ROOM // 6)
        self._notices = _Rows(_ROOM // 6)

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """Keep what is to be shown, as long as there is room."""
        if report.diff is not None:
            self._moves.add(partial(_moves, report.diff))
        for outcome in report.outcomes:
            if outcome.outcome in ("fail", "unknown") and outcome.binding:
                self._blocking.add(partial(_row, report, outcome))
            elif outcome.outcome in ("fail", "unknown", "waived"):
                self._details.add(partial(_row, report, outcome))
        return ""

    def end(self, summary: Summary) -> str:
        """The whole comment."""
        lines = [f"## acctgate: {_VERDICTS[summary.verdict]}", "", f"{summary.told}.", ""]
        if self._moves.found:
            lines += ["### What the deploy moves", "", *self._moves.told()]
        if self._blocking.found:
            lines += ["### What blocks", "", *_HEADER, *self._blocking.told()]
        if self._details.found:
            lines += _folded(f"{self._details.found:,} advisory or waived", [*_HEADER, *self._details.told()])
        if summary.waivers:
            for notice in summary.waivers:
                self._notices.add(partial(_notice, notice))
            lines += _folded(f"{len(summary.waivers):,} waivers want attention", self._notices.told())
        return "\n".join(lines).rstrip("\n") + "\n"


def _folded(title: str, lines: list[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "</details>", ""]


_HEADER: Final = ("| | account | rule | what is | what the policy wants | what to do |", "|---|---|---|---|---|---|")


class _Rows:
    """Rows of a table, or what takes their place, as many as there is room for; the others are counted."""

    def __init__(self, room: int) -> None:
        self._room, self._rows, self.found = room, list[str](), 0

    def add(self, make: Callable[[], str]) -> None:
        self.found += 1
        if self.found > len(self._rows) + 1:  # full, and nothing stands behind a gap
            return
        row = make()
        if len(row) < self._room:
            self._rows.append(row)
            self._room -= len(row) + 1

    def told(self) -> list[str]:
        cut = self.found - len(self._rows)
        return [*self._rows, "", *([f"… and {cut:,} more, cut here.", ""] if cut else [])]


def _row(report: AccountReport, outcome: Outcome) -> str:
    name = report.alias or report.account or "unknown"
    cells = (name, outcome.rule, outcome.message, outcome.expected, outcome.remediation)
    return f"| {_SIGNS[outcome.outcome]} | {' | '.join(_cell(cell) for cell in cells)} |"


def _moves(diff: AccountDiff) -> str:
    return "\n".join([f"#### {escape(title(diff))}", "", *markdown_lines(diff)])


def _notice(notice: WaiverNotice) -> str:
    return f"- {_cell(notice.located)}"


def _cell(text: str) -> str:
    return escape(text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…")
