"""One account as lines of text: what a deployment changes, the findings, their remediation, and the rest in short."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from rich.cells import cell_len

from acctgate.inert_text import clean
from acctgate.json_text import dumps
from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Result, Severity, Verdict
from acctgate.model.report import AccountReport
from acctgate.render import words
from acctgate.render.base import Frame
from acctgate.render.changes_text import change_lines
from acctgate.render.controls_text import NEED_NO_ATTENTION, framework_lines
from acctgate.render.findings import MOST_NAMES, open_for, read_line, who
from acctgate.render.headlines import counted, headline
from acctgate.render.layout import Cell, Layout
from acctgate.render.ranking import rank
from acctgate.render.words import LONGEST

T = TypeVar("T")
_STYLES: Final[dict[Verdict, str]] = {"pass": "bold green", "fail": "bold red", "unknown": "bold yellow"}
_EXPIRED: Final = re.compile(
    r"(?:; (the waiver by .+? expired on \d{4}-\d\d-\d\d)|；([^；]+ 的豁免已于 \d{4}-\d\d-\d\d 到期))$", re.DOTALL
)
"""The end of a message about an expired waiver: the table shows values instead of messages."""
_SEVERITY_STYLES: Final[dict[Severity, str]] = {"critical": "bold red", "high": "red"}
_HEADER: Final = (words.NO_NAME, words.RULE, words.SEVERITY, words.SETTING, words.EXPECTED, words.ACTUAL)


class AccountText:
    """Renders accounts in detail."""

    def __init__(self, layout: Layout, frame: Frame) -> None:
        self.frame, self._layout, self._say = frame, layout, frame.say

    def lines(self, report: AccountReport) -> Iterator[str]:
        """Yield the verdict on an account, and what it is based on."""
        findings = sorted((each for each in report.outcomes if each.outcome in ("fail", "unknown")), key=rank)
        blocking = [outcome for outcome in findings if outcome.binding]
        advisory = [outcome for outcome in findings if not outcome.binding]
        yield verdict_line(report.verdict, headline(report, self.frame.language), self._layout, self.frame)
        if read := read_line(report, self.frame.language):
            yield self._layout.paragraph(("  ", "dim"), (read, "dim"), 4)
        if report.age_notice:
            yield self._layout.warning(clean(self._say(report.age_notice), LONGEST))
        if report.diff is not None:
            yield from self._changes(report.diff)
            yield from ("",) * bool(blocking)  # other sections begin with a blank line of their own
        yield from self._findings(blocking)
        yield from self._open(report, blocking)
        yield from self._remediation(blocking)
        if advisory:
            yield f"\n{self._layout.heading(self._say(words.ADVISORY).format(len(advisory)))}"
            yield from self._findings(advisory)
        yield from self._waived(report)
        yield from self._rest(report)
        for framework in report.frameworks:
            yield from framework_lines(framework, self._layout, self.frame)

    def _changes(self, diff: AccountDiff) -> Iterator[str]:
        verdict = self._say(words.VERDICTS[diff.before]).upper() if diff.before else ""
        before = self._say(words.BEFORE_DEPLOYMENT).format(verdict) if verdict else ""
        yield f"\n{self._layout.heading(f'{self._say(words.CHANGES)}{before}')}"
        yield from change_lines(diff, self._layout, 4, self.frame.language)

    def _heading(self, result: Result, outcomes: Sequence[Outcome]) -> Iterator[str]:
        if outcomes:
            yield f"\n{self._layout.heading(self._counted(result, len(outcomes)))}"

    def _counted(self, result: Result, count: int) -> str:
        return self._say(counted(words.OUTCOMES[result].capitalized, count))

    def _findings(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        """Yield failed outcomes as a table, then the unknown ones grouped by reason: many rules share one."""
        failed = [outcome for outcome in outcomes if outcome.outcome == "fail"]
        if failed:
            yield from self._table([self._row("✗", "red", each) for each in failed])
        for outcome in failed:
            if expired := _EXPIRED.search(self._say(outcome.message)):
                text = clean(f"{outcome.rule}{self._say(words.COLON)}{expired[1] or expired[2]}", LONGEST)
                yield self._layout.indented(text, "", 5)
            yield from self._names(outcome, 5)
        unknown = [outcome for outcome in outcomes if outcome.outcome == "unknown"]
        for reason, rules in _rules_by(lambda outcome: self._say(outcome.message), unknown):
            yield self._layout.paragraph(("  ?  ", "yellow"), (clean(rules), "bold"), 5)
            yield self._layout.indented(clean(reason, LONGEST), "yellow", 5)
        for place, rules in _rules_by(lambda outcome: outcome.place, outcomes):  # `main.py:12: mfa-ticket`
            yield self._layout.indented(clean(f"{place}: {rules}", LONGEST), "dim", 5)

    def _open(self, report: AccountReport, outcomes: Sequence[Outcome]) -> Iterator[str]:
        """Yield how long violations are open, if there is a history."""
        now, taken_at = self.frame.judged_at, report.taken_at
        for found, rules in _rules_by(lambda outcome: open_for(outcome.open_since, now, taken_at), outcomes):
            text = f"{self._say(words.OPEN_FOR).format(self._say(found))}{self._say(words.COLON)}{rules}"
            yield self._layout.indented(clean(text, LONGEST), "dim", 5)

    def _table(self, rows: Sequence[Sequence[Cell]]) -> list[str]:
        return self._layout.table([self._say(each) for each in _HEADER], rows, fixed=4)

    def _row(self, sign: str, style: str, outcome: Outcome) -> tuple[Cell, ...]:
        return (
            (sign, style),
            (clean(outcome.rule), "bold" if style else ""),
            self._severity(outcome),
            (clean(outcome.setting).rsplit(".", 1)[-1], ""),
            (clean(self._say(outcome.expected)), ""),
            (_actual(outcome, self.frame), style),
        )

    def _severity(self, outcome: Outcome) -> Cell:
        return self._say(words.SEVERITIES[outcome.severity]), _SEVERITY_STYLES.get(outcome.severity, "")

    def _remediation(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        failed = {each.rule: self.frame.remediation(each) for each in outcomes if each.outcome == "fail"}
        if failed:
            yield f"\n{self._layout.heading(self._say(words.REMEDIATION.capitalized))}"
            rows = [((clean(rule), ""), (clean(remediation), "")) for rule, remediation in failed.items()]
            yield from self._layout.table(("", ""), rows, fixed=1, indent=4)[-len(rows) :]

    def _waived(self, report: AccountReport) -> Iterator[str]:
        waived = [outcome for outcome in report.outcomes if outcome.outcome == "waived"]
        yield from self._heading("waived", waived)
        for outcome in waived:
            text = self._with_message(outcome)
            yield self._layout.indented(text, "", 4)
            yield from self._names(outcome, 4)

    def _with_message(self, outcome: Outcome) -> str:
        return clean(f"{outcome.rule}{self._say(words.COLON)}{self._say(outcome.message)}", LONGEST)

    def _names(self, outcome: Outcome, indent: int) -> Iterator[str]:
        """Yield a line with the users behind an outcome, if `--names` asks for them."""
        most = len(outcome.names or ()) if self.frame.verbose else MOST_NAMES
        if found := who(outcome, most, self.frame.language):
            text = f"{clean(outcome.rule)}{self._say(words.COLON)}{found}"
            yield self._layout.indented(text, "dim", indent)

    def _rest(self, report: AccountReport) -> Iterator[str]:
        if self.frame.verbose:
            yield from self._in_detail(report)
            return
        before = "\n"
        for result in NEED_NO_ATTENTION:
            rules = [outcome.rule for outcome in report.outcomes if outcome.outcome == result]
            if rules:
                label = f"  {self._counted(result, len(rules))}{self._say(words.COLON)}"
                yield before + self._layout.labelled(label, clean(", ".join(rules)))
                before = ""

    def _in_detail(self, report: AccountReport) -> Iterator[str]:
        """Yield the values of the rules that pass, and the reasons of those that are skipped."""
        passed = [outcome for outcome in report.outcomes if outcome.outcome == "pass"]
        yield from self._heading("pass", passed)
        if passed:
            yield from self._table([self._row("✓", "", outcome) for outcome in passed])
        skipped = [outcome for outcome in report.outcomes if outcome.outcome == "skipped"]
        yield from self._heading("skipped", skipped)
        for outcome in skipped:
            text = self._with_message(outcome)
            yield self._layout.indented(text, "dim", 4)


def verdict_line(verdict: Verdict, text: str, layout: Layout, frame: Frame) -> str:
    """Return a verdict in capitals with a text behind it."""
    word = frame.say(words.VERDICTS[verdict]).upper()
    return layout.paragraph((f"{word}  ", _STYLES[verdict]), (text, ""), cell_len(word) + 2)


def _rules_by(value: Callable[[Outcome], T | None], outcomes: Iterable[Outcome]) -> Iterable[tuple[T, str]]:
    """Return each value that outcomes have, with the rules that share it."""
    rules: dict[T, list[str]] = {}
    for outcome in outcomes:
        if found := value(outcome):
            rules.setdefault(found, []).append(outcome.rule)
    return [(found, ", ".join(names)) for found, names in rules.items()]


def _actual(outcome: Outcome, frame: Frame) -> str:
    found = frame.value(outcome)
    if found == frame.say(outcome.message):
        found = _EXPIRED.sub("", found)
    return clean(found if isinstance(found, str) else dumps(found), LONGEST)
