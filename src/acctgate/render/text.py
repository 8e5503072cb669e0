"""Text for people: the verdict first, then what blocks and how to fix it, then the rest in short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from acctgate.frameworks.framework import Control
from acctgate.model.control import ControlReport, FrameworkReport
from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Result, Severity, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import clean
from acctgate.render import words
from acctgate.render.base import Frame, Renderer
from acctgate.render.changes_text import change_lines
from acctgate.render.findings import MOST_NAMES, open_for, read_line, who
from acctgate.render.fleet import FEW, Fleet
from acctgate.render.fleet_text import fleet_lines, since_lines
from acctgate.render.fleet_words import OPEN_FOR, fleet_headline
from acctgate.render.gravest import rank
from acctgate.render.json import dumps
from acctgate.render.layout import Cell, Layout
from acctgate.render.page.texts import ORDER, SEVERITIES, SIGNS

_STYLES: Final[dict[Verdict, str]] = {"pass": "bold green", "fail": "bold red", "unknown": "bold yellow"}
_SIGNS: Final[dict[Result, str]] = {"fail": "red", "unknown": "yellow", "waived": "dim"}
"""The controls that are listed with a reason, and the style of their signs."""
_EXPIRED: Final = re.compile(r"; (the waiver by .+? expired on \d{4}-\d\d-\d\d)$", re.DOTALL)
"""The end of a message about an expired waiver: the table shows values instead of messages."""
_SEVERITY_STYLES: Final[dict[Severity, str]] = {"critical": "bold red", "high": "red"}
_LONGEST: Final = 300
"""Characters of a text from outside."""


class TextRenderer(Renderer):
    """`--format text`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._layout = Layout(frame.width, frame.color)
        self._say = frame.say
        self._fleet, self._waiting = Fleet(), list[str]()
        self._count = 0

    def account(self, report: AccountReport) -> str:
        """Return the verdict on one account if all are shown in detail; otherwise `end` decides from their number."""
        self._count += 1
        self._fleet.add(report)
        if self.frame.verbose:
            return self._detail(report)
        if self._count <= FEW:
            self._waiting.append(self._detail(report))
        return ""

    def end(self, summary: Summary) -> str:
        """Return few accounts in detail, or the summary of many; then what changed, waivers and the totals."""
        few = self._count <= FEW
        since = "\n".join([*since_lines(summary.since, self._layout, self.frame), "\n"])[1:] if summary.since else ""
        totals = f"{self._total(summary) if few else ''}{self._organization(summary)}"
        last = f"{self._not_covered()}{self._notices(summary)}{totals}{self._judged_by()}"
        if few:
            return f"{''.join(self._waiting)}{since}{last}"
        lines = [*fleet_lines(self._fleet, summary, self._layout, self.frame), ""]
        verdict = self._verdict(summary.verdict, fleet_headline(self._fleet, summary, self.frame))
        changes = f"\n{since.rstrip()}" if since else ""
        return f"{verdict}{changes}\n" + "\n".join(lines) + last

    def _detail(self, report: AccountReport) -> str:
        return "\n".join([*self._account(report), "\n"])

    def _account(self, report: AccountReport) -> Iterator[str]:
        findings = sorted((each for each in report.outcomes if each.outcome in ("fail", "unknown")), key=rank)
        blocking = [outcome for outcome in findings if outcome.binding]
        advisory = [outcome for outcome in findings if not outcome.binding]
        yield self._verdict(report.verdict, words.headline(report, self.frame.language))
        if read := read_line(report, self.frame.language):
            yield self._layout.paragraph(("  ", "dim"), (read, "dim"), 4)
        if report.age_notice:
            yield self._layout.paragraph(("  !  ", "yellow"), (clean(report.age_notice, _LONGEST), ""), 5)
        if report.diff is not None:
            yield from self._changes(report.diff)
            yield from ("",) * bool(blocking)  # other sections begin with a blank line of their own
        yield from self._findings(blocking)
        yield from self._open(report, blocking)
        yield from self._remediation(blocking)
        if advisory:
            yield f"\n{self._heading(self._say(words.ADVISORY).format(len(advisory)))}"
            yield from self._findings(advisory)
        yield from self._waived(report)
        yield from self._rest(report)
        for framework in report.frameworks:
            yield from self._framework(framework)

    def _verdict(self, verdict: Verdict, text: str) -> str:
        word, style = self._say(words.VERDICTS[verdict]), _STYLES[verdict]
        return self._layout.paragraph((f"{word}  ", style), (text, ""), cell_len(word) + 2)

    def _heading(self, text: str) -> str:
        return f"  {self._layout.paint(text, 'bold')}"

    def _changes(self, diff: AccountDiff) -> Iterator[str]:
        verdict = self._say(words.VERDICTS[diff.before]) if diff.before else ""
        before = self._say(words.BEFORE).format(verdict) if verdict else ""
        yield f"\n{self._heading(f'{self._say(words.CHANGES)}{before}')}"
        yield from change_lines(diff, self._layout, 4, self.frame.language)

    def _findings(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        """Yield failed outcomes as a table, then the unknown ones grouped by reason: many rules share one."""
        failed = [outcome for outcome in outcomes if outcome.outcome == "fail"]
        if failed:
            yield from self._table([_row("✗", "red", each, self._severity(each)) for each in failed])
        for outcome in failed:
            if expired := _EXPIRED.search(outcome.message):
                text = clean(f"{outcome.rule}: {expired[1]}", _LONGEST)
                yield self._layout.paragraph((" " * 5, ""), (text, ""), 5)
            yield from self._names(outcome, 5)
        reasons: dict[str, list[str]] = {}
        for outcome in outcomes:
            if outcome.outcome == "unknown":
                reasons.setdefault(outcome.message, []).append(outcome.rule)
        for reason, rules in reasons.items():
            yield self._layout.paragraph(("  ?  ", "yellow"), (clean(", ".join(rules)), "bold"), 5)
            yield self._layout.paragraph((" " * 5, ""), (clean(reason, _LONGEST), "yellow"), 5)

    def _open(self, report: AccountReport, outcomes: Sequence[Outcome]) -> Iterator[str]:
        """Yield how long violations are open, if there is a history."""
        judged_at = self.frame.judged_by.judged_at if self.frame.judged_by else None
        times: dict[str, list[str]] = {}
        for outcome in outcomes:
            if found := open_for(outcome.open_since, judged_at, report.taken_at):
                times.setdefault(found, []).append(outcome.rule)
        for found, rules in times.items():
            text = clean(f"{self._say(OPEN_FOR).format(found)}{self._say(words.COLON)}{', '.join(rules)}", _LONGEST)
            yield self._layout.paragraph((" " * 5, ""), (text, "dim"), 5)

    def _table(self, rows: Sequence[Sequence[Cell]]) -> list[str]:
        return self._layout.table([self._say(each) for each in words.HEADER], rows, fixed=4)

    def _severity(self, outcome: Outcome) -> Cell:
        return self._say(SEVERITIES[outcome.severity]), _SEVERITY_STYLES.get(outcome.severity, "")

    def _remediation(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        failed = {each.rule: self.frame.remediation(each) for each in outcomes if each.outcome == "fail"}
        if failed:
            yield f"\n{self._heading(self._say(words.REMEDIATION))}"
            rows = [((clean(rule), ""), (clean(remediation), "")) for rule, remediation in failed.items()]
            yield from self._layout.table(("", ""), rows, fixed=1, indent=4)[-len(rows) :]

    def _waived(self, report: AccountReport) -> Iterator[str]:
        waived = [outcome for outcome in report.outcomes if outcome.outcome == "waived"]
        if waived:
            yield f"\n{self._heading(self._say(words.WAIVED).format(len(waived)))}"
        for outcome in waived:
            text = clean(f"{outcome.rule}: {outcome.message}", _LONGEST)
            yield self._layout.paragraph((" " * 4, ""), (text, ""), 4)
            yield from self._names(outcome, 4)

    def _names(self, outcome: Outcome, indent: int) -> Iterator[str]:
        """Yield a line with the users behind an outcome, if they were asked for."""
        most = len(outcome.names or ()) if self.frame.verbose else MOST_NAMES
        if found := who(outcome, most):
            text = f"{clean(outcome.rule)}: {found}"
            yield self._layout.paragraph((" " * indent, "dim"), (text, "dim"), indent)

    def _rest(self, report: AccountReport) -> Iterator[str]:
        if self.frame.verbose:
            yield from self._in_detail(report)
            return
        before = "\n"
        for name, result in ((words.PASSED, "pass"), (words.SKIPPED, "skipped")):
            rules = [outcome.rule for outcome in report.outcomes if outcome.outcome == result]
            if rules:
                head = f"  {self._say(name).format(len(rules))}{self._say(words.COLON)}"
                text = (clean(", ".join(rules)), "dim")
                yield before + self._layout.paragraph((head, "dim"), text, cell_len(head))
                before = ""

    def _in_detail(self, report: AccountReport) -> Iterator[str]:
        """Yield the values of the rules that pass, and the reasons of those that are skipped."""
        passed = [outcome for outcome in report.outcomes if outcome.outcome == "pass"]
        if passed:
            yield f"\n{self._heading(self._say(words.PASSED).format(len(passed)))}"
            yield from self._table([_row("✓", "", outcome, self._severity(outcome)) for outcome in passed])
        skipped = [outcome for outcome in report.outcomes if outcome.outcome == "skipped"]
        if skipped:
            yield f"\n{self._heading(self._say(words.SKIPPED).format(len(skipped)))}"
        for outcome in skipped:
            text = clean(f"{outcome.rule}: {outcome.message}", _LONGEST)
            yield self._layout.paragraph((" " * 4, ""), (text, "dim"), 4)

    def _framework(self, report: FrameworkReport) -> Iterator[str]:
        """Yield the controls of one framework: those that do not pass with their reasons, then the others."""
        known = {framework.id: framework for framework in self.frame.frameworks}[report.framework]
        yield f"\n{self._heading(f'{self._say(known.title)} ({known.id})')}"
        titles = {control.id: control for control in known.controls}
        ordered = sorted(report.controls, key=lambda each: ORDER.index(each.outcome))
        rows = [
            _control_row(each, titles[each.id], self._say(titles[each.id].title))
            for each in ordered
            if each.outcome in _SIGNS
        ]
        if rows:
            yield from self._layout.table(("", "control", "title", "reason"), rows, fixed=2)
        for name, result in ((words.PASSED, "pass"), (words.SKIPPED, "skipped")):
            names = [_with_limits(titles[each.id]) for each in report.controls if each.outcome == result]
            if names:
                head = f"  {self._say(name).format(len(names))}{self._say(words.COLON)}"
                yield self._layout.paragraph((head, "dim"), (", ".join(names), "dim"), cell_len(head))

    def _not_covered(self) -> str:
        """Return the controls of each framework that acctgate cannot judge, and the parts of others."""
        lines = []
        for framework in self.frame.frameworks:
            names = [control.id for control in framework.controls if not control.covered]
            head = f"{framework.id}: not covered ({len(names)}): "
            lines.append(self._layout.paragraph((head, "dim"), (", ".join(names), "dim"), len(head)))
            for control in framework.covered:
                if control.not_judged:
                    head = f"{framework.id}: not judged in {control.id}*: "
                    lines.append(self._layout.paragraph((head, "dim"), (control.not_judged, "dim"), len(head)))
        return "".join(f"{line}\n" for line in lines)

    def _notices(self, summary: Summary) -> str:
        if not summary.waivers:
            return ""
        heading = self._heading(self._say(words.NOTICES).format(len(summary.waivers)))
        texts = [clean(notice.located, _LONGEST) for notice in summary.waivers]
        return "\n".join(
            [heading, *(self._layout.paragraph(("  !  ", "yellow"), (text, ""), 5) for text in texts), "\n"]
        )

    def _judged_by(self) -> str:
        judged_by = self.frame.judged_by
        if judged_by is None:
            return ""
        judged = clean(self._say(words.JUDGED_BY).format(judged_by.describe(self.frame.language)), _LONGEST)
        lines = [self._layout.paragraph(("", ""), (judged, "dim"), 2)]
        for override in judged_by.policy.overrides:
            text = clean(override, _LONGEST)
            lines.append(self._layout.paragraph(("  !  ", "yellow"), (text, ""), 5))
        return "".join(f"{line}\n" for line in lines)

    def _organization(self, summary: Summary) -> str:
        if summary.organization is None:
            return ""
        return self._layout.paragraph(("", ""), (summary.organization.describe(), ""), 2) + "\n"

    def _total(self, summary: Summary) -> str:
        return f"{self._verdict(summary.verdict, summary.describe())}\n" if summary.snapshots > 1 else ""


def _with_limits(control: Control) -> str:
    """Return the id of a control, with an asterisk if a part of it is not judged."""
    return f"{control.id}*" if control.not_judged else control.id


def _control_row(report: ControlReport, control: Control, title: str) -> tuple[Cell, ...]:
    return (
        (SIGNS[report.outcome], _SIGNS[report.outcome]),
        (control.id, "bold"),
        (title, ""),
        (clean(report.reason, _LONGEST), ""),
    )


def _row(sign: str, style: str, outcome: Outcome, severity: Cell) -> tuple[Cell, ...]:
    return (
        (sign, style),
        (clean(outcome.rule), "bold" if style else ""),
        severity,
        (clean(outcome.setting).rsplit(".", 1)[-1], ""),
        (clean(outcome.expected), ""),
        (_actual(outcome), style),
    )


def _actual(outcome: Outcome) -> str:
    """Return the value, or the message if the value is empty or an object."""
    if isinstance(outcome.actual, (dict, list)) or outcome.actual == "":
        return clean(_EXPIRED.sub("", outcome.message), _LONGEST)
    return clean(outcome.actual if isinstance(outcome.actual, str) else dumps(outcome.actual), _LONGEST)
