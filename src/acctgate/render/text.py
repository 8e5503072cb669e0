"""Text for people: the verdict first, then what blocks and how to fix it, then the rest in short."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from acctgate.frameworks import Control
from acctgate.model.control import ControlReport, FrameworkReport
from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import clean
from acctgate.render.base import Frame, Renderer
from acctgate.render.changes_text import change_lines
from acctgate.render.findings import read_line, who
from acctgate.render.json import dumps
from acctgate.render.layout import Cell, Layout
from acctgate.render.page.texts import ORDER, SIGNS

_VERDICTS: Final[dict[Verdict, Cell]] = {
    "pass": ("PASSED", "bold green"),
    "fail": ("BLOCKED", "bold red"),
    "unknown": ("UNKNOWN", "bold yellow"),
}
_SIGNS: Final[dict[Result, str]] = {"fail": "red", "unknown": "yellow", "waived": "dim"}
"""The controls that are listed with a reason, and the style of their signs."""
_EXPIRED: Final = re.compile(r"; (the waiver by .+? expired on \d{4}-\d\d-\d\d)$", re.DOTALL)
"""The end of a message about an expired waiver: the table shows values instead of messages."""
_HEADER: Final = ("", "rule", "setting", "expected", "actual")
_LONGEST: Final = 300
"""Characters of a text from outside."""


class TextRenderer(Renderer):
    """`--format text`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._layout = Layout(frame.width, frame.color)

    def account(self, report: AccountReport) -> str:
        """Return the verdict on one account."""
        return "\n".join([*self._account(report), "\n"])

    def end(self, summary: Summary) -> str:
        """Return the controls not covered, the waivers needing attention and, for several snapshots, the totals."""
        return f"{self._not_covered()}{self._notices(summary)}{self._total(summary)}{self._judged_by()}"

    def _account(self, report: AccountReport) -> Iterator[str]:
        findings = [outcome for outcome in report.outcomes if outcome.outcome in ("fail", "unknown")]
        blocking = [outcome for outcome in findings if outcome.binding]
        advisory = [outcome for outcome in findings if not outcome.binding]
        yield self._verdict(report.verdict, _headline(report))
        if read := read_line(report):
            yield self._layout.paragraph(("  ", "dim"), (read, "dim"), 4)
        if report.age_notice:
            yield self._layout.paragraph(("  !  ", "yellow"), (clean(report.age_notice, _LONGEST), ""), 5)
        if report.diff is not None:
            yield from self._changes(report.diff)
        yield from self._findings(blocking)
        yield from self._remediation(blocking)
        if advisory:
            yield f"\n{self._heading(f'Advisory ({len(advisory)}, not blocking)')}"
            yield from self._findings(advisory)
        yield from self._waived(report)
        yield from self._rest(report)
        for framework in report.frameworks:
            yield from self._framework(framework)

    def _verdict(self, verdict: Verdict, text: str) -> str:
        word, style = _VERDICTS[verdict]
        return self._layout.paragraph((f"{word}  ", style), (text, ""), len(word) + 2)

    def _heading(self, text: str) -> str:
        return f"  {self._layout.paint(text, 'bold')}"

    def _changes(self, diff: AccountDiff) -> Iterator[str]:
        before = f"; verdict without it: {_VERDICTS[diff.before][0]}" if diff.before else ""
        yield f"\n{self._heading(f'Changes in this deployment{before}')}"
        yield from change_lines(diff, self._layout, indent=4)
        yield ""

    def _findings(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        """Yield failed outcomes as a table, then the unknown ones grouped by reason: many rules share one."""
        failed = [outcome for outcome in outcomes if outcome.outcome == "fail"]
        if failed:
            yield from self._layout.table(_HEADER, [_row(outcome) for outcome in failed], fixed=3)
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

    def _remediation(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        failed = {outcome.rule: outcome.remediation for outcome in outcomes if outcome.outcome == "fail"}
        if failed:
            yield f"\n{self._heading('Remediation')}"
            rows = [((clean(rule), ""), (clean(remediation), "")) for rule, remediation in failed.items()]
            yield from self._layout.table(("", ""), rows, fixed=1, indent=4)[-len(rows) :]

    def _waived(self, report: AccountReport) -> Iterator[str]:
        waived = [outcome for outcome in report.outcomes if outcome.outcome == "waived"]
        if waived:
            yield f"\n{self._heading(f'Waived ({len(waived)})')}"
        for outcome in waived:
            text = clean(f"{outcome.rule}: {outcome.message}", _LONGEST)
            yield self._layout.paragraph((" " * 4, ""), (text, ""), 4)
            yield from self._names(outcome, 4)

    def _names(self, outcome: Outcome, indent: int) -> Iterator[str]:
        """Yield a line with the users behind an outcome, if they were asked for."""
        if found := who(outcome):
            text = f"{clean(outcome.rule)}: {found}"
            yield self._layout.paragraph((" " * indent, "dim"), (text, "dim"), indent)

    def _rest(self, report: AccountReport) -> Iterator[str]:
        before = "\n"
        for name, result in (("Passed", "pass"), ("Skipped", "skipped")):
            rules = [outcome.rule for outcome in report.outcomes if outcome.outcome == result]
            if rules:
                head = f"  {name} ({len(rules)}): "
                yield before + self._layout.paragraph((head, "dim"), (clean(", ".join(rules)), "dim"), len(head))
                before = ""

    def _framework(self, report: FrameworkReport) -> Iterator[str]:
        """Yield the controls of one framework: those that do not pass with their reasons, then the others."""
        known = {framework.id: framework for framework in self.frame.frameworks}[report.framework]
        yield f"\n{self._heading(f'{known.title.en} ({known.id})')}"
        titles = {control.id: control for control in known.controls}
        ordered = sorted(report.controls, key=lambda each: ORDER.index(each.outcome))
        rows = [_control_row(each, titles[each.id]) for each in ordered if each.outcome in _SIGNS]
        if rows:
            yield from self._layout.table(("", "control", "title", "reason"), rows, fixed=2)
        for name, result in (("Passed", "pass"), ("Skipped", "skipped")):
            names = [_with_limits(titles[each.id]) for each in report.controls if each.outcome == result]
            if names:
                head = f"  {name} ({len(names)}): "
                yield self._layout.paragraph((head, "dim"), (", ".join(names), "dim"), len(head))

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
        heading = self._heading(f"Waivers needing attention ({len(summary.waivers)})")
        texts = [clean(notice.located, _LONGEST) for notice in summary.waivers]
        return "\n".join(
            [heading, *(self._layout.paragraph(("  !  ", "yellow"), (text, ""), 5) for text in texts), "\n"]
        )

    def _judged_by(self) -> str:
        judged_by = self.frame.judged_by
        if judged_by is None:
            return ""
        lines = [self._layout.paragraph(("", ""), (clean(f"Judged by {judged_by.describe()}", _LONGEST), "dim"), 2)]
        for override in judged_by.policy.overrides:
            text = clean(override, _LONGEST)
            lines.append(self._layout.paragraph(("  !  ", "yellow"), (text, ""), 5))
        return "".join(f"{line}\n" for line in lines)

    def _total(self, summary: Summary) -> str:
        return f"{self._verdict(summary.verdict, summary.describe())}\n" if summary.snapshots > 1 else ""


def _with_limits(control: Control) -> str:
    """Return the id of a control, with an asterisk if a part of it is not judged."""
    return f"{control.id}*" if control.not_judged else control.id


def _headline(report: AccountReport) -> str:
    name = f"account {clean(report.account, _LONGEST)}" if report.account else "account unknown"
    alias = f" ({clean(report.alias, _LONGEST)})" if report.alias else ""
    rules = _count((each.outcome for each in report.outcomes if each.binding), "mandatory rules")
    controls = (
        _count((each.outcome for each in framework.controls), f"controls of {framework.framework}")
        for framework in report.frameworks
    )
    return f"{name}{alias}: {'; '.join((rules, *controls))}"


def _count(results: Iterable[Result], what: str) -> str:
    """Return how many do not pass: `6 violations and 2 unknown of 14 mandatory rules`."""
    counts = Counter(result for result in results if result != "skipped")
    failed, unknown, waived, judged = counts["fail"], counts["unknown"], counts["waived"], counts.total()
    parts = []
    if failed:
        parts.append(f"{failed} violation{'' if failed == 1 else 's'}")
    if unknown:
        parts.append(f"{unknown} unknown")
    if parts:
        return f"{' and '.join(parts)} of {judged} {what}"
    return f"{judged - waived} of {judged} {what} pass, {waived} waived" if waived else f"all {judged} {what} pass"


def _control_row(report: ControlReport, control: Control) -> tuple[Cell, ...]:
    return (
        (SIGNS[report.outcome], _SIGNS[report.outcome]),
        (control.id, "bold"),
        (control.title.en, ""),
        (clean(report.reason, _LONGEST), ""),
    )


def _row(outcome: Outcome) -> tuple[Cell, ...]:
    return (
        ("✗", "red"),
        (clean(outcome.rule), "bold"),
        (clean(outcome.setting).rsplit(".", 1)[-1], ""),
        (clean(outcome.expected), ""),
        (_actual(outcome), "red"),
    )


def _actual(outcome: Outcome) -> str:
    """Return the value, or the message if the value is empty or an object."""
    if isinstance(outcome.actual, (dict, list)) or outcome.actual == "":
        return clean(_EXPIRED.sub("", outcome.message), _LONGEST)
    return clean(outcome.actual if isinstance(outcome.actual, str) else dumps(outcome.actual), _LONGEST)
