"""Markdown for a pull request: the verdict first, blocking findings as a table, the rest folded; bounded in length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from acctgate.frameworks.framework import Framework
from acctgate.language import Language, Words
from acctgate.model.control_result import ControlResult, FrameworkResult, NotCovered
from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.render import words
from acctgate.render.base import Frame, Renderer
from acctgate.render.changes_markdown import plan_lines
from acctgate.render.findings import read_line, who
from acctgate.render.fleet import FEW, Fleet
from acctgate.render.fleet_markdown import fleet_lines, since_lines
from acctgate.render.framework_results import framework_results
from acctgate.render.headlines import counted, fleet_headline, headline, organization_line
from acctgate.render.markdown_rows import ROOM, Pool, Rows
from acctgate.render.markdown_text import cell, escape
from acctgate.render.ranking import TopFindings, rank

_COLUMNS: Final = (
    words.NO_NAME,
    words.ACCOUNT,
    words.RULE,
    words.SEVERITY,
    words.MESSAGE,
    words.EXPECTED,
    words.REMEDIATION,
)
_CONTROL_COLUMNS: Final = (words.NO_NAME, words.CONTROL, words.TITLE, words.REASON)
_MAX_CELL: Final = 300
"""Characters of a text from outside."""
_MAX_RANKED: Final = 400
"""Findings to keep, the most severe ones: no more fit."""
_VERDICT_SIGNS: Final[dict[Verdict, str]] = {"pass": "✅", "fail": "❌", "unknown": "❓"}
_SIGNS: Final[Mapping[Result | NotCovered, str]] = {"fail": "❌", "unknown": "❓", "waived": "➖"}


class MarkdownRenderer(Renderer):
    """`--format markdown`: the verdict comes first and needs all accounts, so the text is returned by `end`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._shared = shared = Pool(ROOM // 4)
        self._accounts, self._name, self._headline = 0, "", ""
        self._changes = Rows(ROOM // 8, shared)
        self._blocking = Rows(ROOM // 3)
        self._repairs = Rows(ROOM // 12, shared)
        self._details = Rows(ROOM // 8, shared)
        self._read = Rows(ROOM // 24)
        self._fleet = Fleet()
        self._ranked = TopFindings(_MAX_RANKED)

    def account(self, report: AccountReport) -> str:
        """Collect what will be shown, while there is room."""
        self._accounts += 1
        self._name = _cell(report.alias or report.account or self.frame.say(words.UNKNOWN_ID))
        self._headline = headline(report, self.frame.language)
        self._fleet.add(report)
        if report.read_as or report.taken_at:
            self._read.add(_read, report, self.frame.language)
        if report.diff is not None:
            self._changes.add(self._change, report, report.diff)
        shown = [outcome for outcome in report.outcomes if outcome.outcome in ("fail", "unknown", "waived")]
        for outcomes in _grouped(sorted(shown, key=rank)):
            first, size = outcomes[0], len(outcomes)
            if first.outcome != "waived" and first.binding:
                self._ranked.add_group(size, rank(first), self._row, outcomes, remediation=False)
                if self._accounts <= FEW:
                    self._blocking.add_group(size, self._row, outcomes)
            else:
                self._details.add_group(size, self._row, outcomes)
        if report.repair and any(each.binding and each.outcome == "fail" for each in report.outcomes):
            self._repairs.add(str, report.repair)  # only of a deploy that is blocked
        return ""

    def end(self, summary: Summary) -> str:
        """Return the whole comment."""
        parts = (
            self._head(summary),
            self._many_accounts(),
            self._findings(),
            *map(self._framework, self.frame.frameworks, framework_results(self.frame.frameworks, summary)),
            self._notices(summary.waivers),
            self._judged_by(),
        )
        return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"

    def _head(self, summary: Summary) -> Iterator[str]:
        """Yield the verdict, the counts, what makes them less certain, and what changed since an earlier run."""
        say = self.frame.say
        yield f"## acctgate: {_VERDICT_SIGNS[summary.verdict]} {say(words.VERDICTS[summary.verdict])}"
        several = fleet_headline(self._fleet.verdicts, summary, self.frame.language)
        yield from ("", f"**{escape(self._headline) if self._accounts == 1 else several}**", "")
        if summary.organization:
            yield from (escape(say(organization_line(summary.organization))), "")
        yield from self._warnings(summary)
        if summary.since:
            yield from since_lines(summary.since, self.frame)

    def _many_accounts(self) -> Iterator[str]:
        if self._accounts > FEW:
            yield from fleet_lines(self._fleet, self.frame)

    def _findings(self) -> Iterator[str]:
        """Yield what the deploy changes, what blocks it, how to repair it, and the other findings."""
        say, few = self.frame.say, self._accounts <= FEW
        if self._changes.found:
            yield from (f"### {say(words.CHANGES)}", "", *self._lines(self._changes))
        blocking = self._blocking if few else self._most_severe()
        if blocking.found:
            table = self._findings_table(_COLUMNS if few else _COLUMNS[:-1], blocking)
            yield from (f"### {say(words.BLOCKING)}", "", *table)
        if self._repairs.found:
            yield from _folded(say(words.REPAIR), self._lines(self._repairs))
        if self._details.found:
            title = say(words.OTHERS).format(f"{self._details.found:,}")
            yield from _folded(title, self._findings_table(_COLUMNS, self._details))

    def _most_severe(self) -> Rows:
        """Return the most severe blocking findings of many accounts, of which not all fit."""
        rows = Rows(ROOM // 3)
        for text, size in self._ranked.groups():
            rows.add_group(size, str, text)
        rows.found += self._ranked.dropped
        return rows

    def _framework(self, framework: Framework, result: FrameworkResult) -> list[str]:
        """Return the controls that do not pass as a table, and the numbers of the others."""
        say, rows = self.frame.say, Rows(0, self._shared)
        counts = Counter(control.outcome for control in result.controls)
        for control in result.controls:
            if control.outcome in ("fail", "unknown", "waived"):
                rows.add(_control, control, say(framework.titles[control.id]), say(control.reason))
        table = [*self._header(_CONTROL_COLUMNS), *self._lines(rows)] if rows.found else []
        others = say(words.OTHER_CONTROLS).format(counts["pass"], counts["skipped"], counts["not covered"])
        name = say(words.IN_PARENTHESES).format(framework.id)
        return [f"### {say(framework.title)}{name}", "", *table, others, ""]

    def _notices(self, notices: Sequence[WaiverNotice]) -> list[str]:
        if not notices:
            return []
        rows = Rows(ROOM // 12)
        for notice in notices:
            rows.add(_waiver, self.frame.say(notice.located))
        return _folded(self.frame.say(counted(words.WAIVERS, len(notices))), self._lines(rows))

    def _warnings(self, summary: Summary) -> list[str]:
        """Return what makes the verdict less certain: overrides of the policy, and old snapshots."""
        rows = Rows(ROOM // 24)
        for text in (*self.frame.overrides, summary.age_notice):
            if text:
                rows.add("- ⚠️ {}".format, _cell(self.frame.say(text)))
        return self._lines(rows) if rows.found else []

    def _judged_by(self) -> list[str]:
        """Return what judged, and how and when each account was read."""
        say, judged_by = self.frame.say, self.frame.judged_by
        by = say(words.JUDGED_BY).format(_cell(judged_by.describe(self.frame.language))) if judged_by else ""
        judged = [f"{by}{say(words.STOP)}", ""] if by else []
        lines = [*judged, *(self._lines(self._read) if self._read.found else [])]
        return _folded(say(words.PROVENANCE), lines) if lines else []

    def _lines(self, rows: Rows) -> list[str]:
        return rows.lines(self.frame.language)

    def _findings_table(self, columns: Sequence[Words], rows: Rows) -> list[str]:
        """Return findings as a table. A single account is in the headline, and a comment has room for few columns."""
        lines = self._lines(rows)
        if self._accounts == 1:
            columns = [each for each in columns if each is not words.ACCOUNT]
            lines = [line.replace(f" | {self._name} |", " |", 1) for line in lines]
        return [*self._header(columns), *lines]

    def _header(self, columns: Sequence[Words]) -> list[str]:
        return [f"| {' | '.join(map(self.frame.say, columns))} |", "|---" * len(columns) + "|"]

    def _row(self, outcomes: Sequence[Outcome], *, remediation: bool = True) -> str:
        """Return a finding, or unknown ones with the same reason. What repairs a violation does not make it known."""
        outcome = outcomes[0]
        severities = dict.fromkeys(self.frame.say(words.SEVERITIES[each.severity]) for each in outcomes)
        severity, rules = map(self.frame.say(words.SEPARATOR).join, (severities, map(self._rule, outcomes)))
        found = who(outcome, language=self.frame.language)
        message = self.frame.say(outcome.message)
        message = f"{message}{self.frame.say(words.COLON)}{found}" if found else message
        expected = self.frame.say(outcome.expected) if len(outcomes) == 1 else "–"
        last = "–" if outcome.outcome == "unknown" else self.frame.remediation(outcome)
        cells = (rules, severity, message, expected, *([last] if remediation else []))
        return f"| {_SIGNS[outcome.outcome]} | {self._name} | {' | '.join(map(_cell, cells))} |"

    def _rule(self, outcome: Outcome) -> str:
        return outcome.rule if self.frame.language == "en" else f"{outcome.rule}（{self.frame.title(outcome.rule)}）"

    def _change(self, report: AccountReport, diff: AccountDiff) -> str:
        return "\n".join(plan_lines(report, diff, self.frame))


def _grouped(outcomes: Iterable[Outcome]) -> list[list[Outcome]]:
    """Return each outcome by itself, but unknown ones with the same reason together: many rules share one."""
    groups: dict[object, list[Outcome]] = {}
    for outcome in outcomes:
        shared = outcome.outcome == "unknown" and not outcome.names
        key = (outcome.message, outcome.binding) if shared else id(outcome)
        groups.setdefault(key, []).append(outcome)
    return list(groups.values())


def _folded(title: str, lines: Iterable[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "</details>", ""]


def _control(control: ControlResult, title: str, reason: str) -> str:
    return f"| {_SIGNS[control.outcome]} | {' | '.join(map(_cell, (control.id, title, reason)))} |"


def _read(report: AccountReport, language: Language) -> str:
    name = report.alias or report.account or words.UNKNOWN_ID.of(language)
    return f"- {_cell(name)}{words.COLON.of(language)}{_cell(read_line(report, language))}"


def _waiver(notice: str) -> str:
    return f"- {_cell(notice)}"


def _cell(text: str) -> str:
    return cell(text, _MAX_CELL)
