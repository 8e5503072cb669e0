"""Markdown for a pull request: the verdict first, blocking findings as a table, the rest folded; bounded in length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from acctgate.language import Language
from acctgate.model.control_result import ControlResult, FrameworkResult, NotCovered
from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver import WaiverNotice
from acctgate.render import words
from acctgate.render.base import Frame, Renderer
from acctgate.render.changes_markdown import plan_lines
from acctgate.render.findings import read_line, who
from acctgate.render.fleet import FEW, Fleet
from acctgate.render.fleet_markdown import fleet_lines, since_lines
from acctgate.render.fleet_words import fleet_headline
from acctgate.render.framework_results import framework_results
from acctgate.render.gravest import Gravest, rank
from acctgate.render.markdown_rows import ROOM, Pool, Rows
from acctgate.render.markdown_text import escape
from acctgate.render.page.texts import SEVERITIES

_MAX_CELL: Final = 300
_MAX_GRAVEST: Final = 400
"""Findings to keep, the gravest ones: no more fit."""
_VERDICT_SIGNS: Final[dict[Verdict, str]] = {"pass": "✅", "fail": "❌", "unknown": "❓"}
_SIGNS: Final[Mapping[Result | NotCovered, str]] = {"fail": "❌", "unknown": "❓", "waived": "➖"}


class MarkdownRenderer(Renderer):
    """`--format markdown`: the verdict comes first and needs all accounts, so the text is returned by `end`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._shared = shared = Pool(ROOM // 4)
        self._accounts = 0
        self._changes = Rows(ROOM // 8, shared)
        self._blocking = Rows(ROOM // 3)
        self._repairs = Rows(ROOM // 12, shared)
        self._details = Rows(ROOM // 8, shared)
        self._waivers = Rows(ROOM // 12)
        self._read = Rows(ROOM // 24)
        self._fleet = Fleet()
        self._gravest = Gravest(_MAX_GRAVEST)

    def account(self, report: AccountReport) -> str:
        """Collect what will be shown, while there is room."""
        self._fleet.add(report)
        if read_line(report):
            self._read.add(partial(_read, report, self.frame.language))
        if report.diff is not None:
            self._changes.add(partial(self._change, report, report.diff))
        for outcome in sorted(report.outcomes, key=rank):
            if outcome.outcome in ("fail", "unknown") and outcome.binding:
                self._blocking.add(partial(self._row, report, outcome))
                self._gravest.add(rank(outcome), partial(self._row, report, outcome, remediation=False))
            elif outcome.outcome in ("fail", "unknown", "waived"):
                self._details.add(partial(self._row, report, outcome))
        self._add_repair(report)
        self._accounts += 1
        return ""

    def _add_repair(self, report: AccountReport) -> None:
        """Add how the program can satisfy the policy, if the deploy is blocked."""
        blocked = any(each.binding and each.outcome == "fail" for each in report.outcomes)
        if blocked and (text := report.repair):
            self._repairs.add(lambda: text)

    def end(self, summary: Summary) -> str:
        """Return the whole comment."""
        say = self.frame.say
        verdict = f"{_VERDICT_SIGNS[summary.verdict]} {say(words.COMMENT_VERDICTS[summary.verdict])}"
        totals = words.totals(summary, self.frame.language)
        lines = [f"## acctgate: {verdict}", "", f"{totals}{say(words.STOP)}", "", *self._warnings(summary)]
        header = _header(list(map(say, words.FINDING_HEADER)))
        if summary.since:
            lines += since_lines(summary.since, self.frame)
        if self._accounts > FEW:
            lines += [
                f"**{fleet_headline(self._fleet, summary, self.frame)}**",
                "",
                *fleet_lines(self._fleet, self.frame),
            ]
        if self._changes.found:
            lines += [f"### {say(words.CHANGES)}", "", *self._changes.lines()]
        if self._blocking.found:
            short = header if self._accounts <= FEW else _header([say(each) for each in words.FINDING_HEADER[:-1]])
            lines += [f"### {say(words.BLOCKING)}", "", *short, *self._blocking_rows().lines()]
        if self._repairs.found:
            lines += _folded(say(words.REPAIR), self._repairs.lines())
        if self._details.found:
            title = say(words.OTHERS).format(f"{self._details.found:,}")
            lines += _folded(title, [*header, *self._details.lines()])
        for result in framework_results(self.frame.frameworks, summary):
            lines += _framework(result, Rows(0, self._shared))
        if summary.waivers:
            for notice in summary.waivers:
                self._waivers.add(partial(_waiver, notice))
            lines += _folded(say(words.NOTICES_FOLDED).format(f"{len(summary.waivers):,}"), self._waivers.lines())
        lines += self._judged_by()
        return "\n".join(lines).rstrip("\n") + "\n"

    def _blocking_rows(self) -> Rows:
        """Return the blocking findings: of many accounts the gravest first, since not all fit."""
        if self._accounts <= FEW:
            return self._blocking
        rows = Rows(ROOM // 3)
        for text in self._gravest.texts():
            rows.add(partial(str, text))
        rows.found += self._gravest.dropped
        return rows

    def _warnings(self, summary: Summary) -> list[str]:
        """Return what makes the verdict less certain: overrides of the policy, and old snapshots."""
        judged_by = self.frame.judged_by
        rows = Rows(ROOM // 24)
        for text in (*(judged_by.policy.overrides if judged_by else ()), summary.age_notice):
            if text:
                rows.add(partial("- ⚠️ {}".format, _cell(text)))
        return rows.lines() if rows.found else []

    def _judged_by(self) -> list[str]:
        """Return what judged, and how and when each account was read."""
        say, judged_by = self.frame.say, self.frame.judged_by
        by = say(words.JUDGED_BY).format(_cell(judged_by.describe(self.frame.language))) if judged_by else ""
        judged = [f"{by}{say(words.STOP)}", ""] if by else []
        lines = [*judged, *(self._read.lines() if self._read.found else [])]
        return _folded(say(words.PROVENANCE), lines) if lines else []

    def _row(self, report: AccountReport, outcome: Outcome, *, remediation: bool = True) -> str:
        name = report.alias or report.account or self.frame.say(words.UNKNOWN_ACCOUNT)
        severity = self.frame.say(SEVERITIES[outcome.severity])
        rule = outcome.rule if self.frame.language == "en" else f"{outcome.rule}（{self.frame.title(outcome.rule)}）"
        found = who(outcome)
        message = f"{outcome.message}: {found}" if found else outcome.message
        last = [self.frame.remediation(outcome)] if remediation else []
        cells = (name, rule, severity, message, outcome.expected, *last)
        return f"| {_SIGNS[outcome.outcome]} | {' | '.join(_cell(cell) for cell in cells)} |"

    def _change(self, report: AccountReport, diff: AccountDiff) -> str:
        return "\n".join(plan_lines(report, diff, self.frame))


def _header(names: list[str]) -> list[str]:
    return [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "</details>", ""]


def _framework(result: FrameworkResult, rows: Rows) -> list[str]:
    """Return the controls of a framework: those that do not pass as a table, and the numbers of the others."""
    counts = Counter(control.outcome for control in result.controls)
    for control in result.controls:
        if control.outcome in ("fail", "unknown", "waived"):
            rows.add(partial(_control, control))
    table = ["| | control | title | reason |", "|---|---|---|---|", *rows.lines()] if rows.found else []
    others = f"{counts['pass']} passed, {counts['skipped']} skipped, {counts['not covered']} not covered."
    return [f"### {result.title} ({result.id})", "", *table, others, ""]


def _control(control: ControlResult) -> str:
    return f"| {_SIGNS[control.outcome]} | {' | '.join(map(_cell, (control.id, control.title, control.reason)))} |"


def _read(report: AccountReport, language: Language) -> str:
    return f"- {_cell(report.alias or report.account or 'unknown')}: {_cell(read_line(report, language))}"


def _waiver(notice: WaiverNotice) -> str:
    return f"- {_cell(notice.located)}"


def _cell(text: str) -> str:
    return escape(text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…")
