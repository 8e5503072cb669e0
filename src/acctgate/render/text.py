"""The verdict for a person: what blocks and what to do first, the rest short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from acctgate.model.diff import AccountDiff
from acctgate.model.outcome import Outcome, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame
from acctgate.render.changes import text_lines
from acctgate.render.columns import Row, Table, painter, wrap
from acctgate.render.findings import printable
from acctgate.render.json import dumps
from acctgate.render.kept import kept
from acctgate.render.terminal_text import safe

_VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "pass": ("PASSED", "bold green"),
    "fail": ("BLOCKED", "bold red"),
    "unknown": ("NOT PROVABLE", "bold yellow"),
}
_EXPIRED: Final = re.compile(r"; (the waiver by .+? expired on \d{4}-\d\d-\d\d)$", re.DOTALL)
"""How a message ends where a waiver no longer counts: the table shows values, not messages."""

_COLUMNS: Final = ("", "rule", "setting", "expected", "actual")
_KEPT: Final = 4096
"""Blocks of text that are kept: accounts share most."""
_NARROWEST: Final = 20
"""Columns for a text behind its head, however long that is."""


class _Violation(NamedTuple):
    """A row of the table."""

    row: Row
    expired: str | None
    """What is said of a waiver that no longer counts."""


class TextRenderer:
    """`--format text`: with colour and the terminal's width where there is a terminal."""

    def __init__(self, frame: Frame) -> None:
        self._width, self._paint = frame.width, painter(frame.color)
        self._table = Table(self._width, 2, (3, 4), self._paint)
        self._sign = self._table.cell("✗", "red", width=1)
        self._header = self._table.row(*(self._table.cell(name, "dim") for name in _COLUMNS))
        self._violation = kept(self._make_violation)
        self._remedy = lru_cache(maxsize=_KEPT)(self._make_remedy)
        self._block = lru_cache(maxsize=_KEPT)(self._make_block)

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """The verdict on one account."""
        return "\n".join([*self._account(report), "\n"])

    def end(self, summary: Summary) -> str:
        """The waivers that want attention, and over several accounts, what they come to."""
        return f"{self._notices(summary)}{self._total(summary)}"

    def _notices(self, summary: Summary) -> str:
        if not summary.waivers:
            return ""
        head = self._paint(f"Waivers that want attention ({len(summary.waivers)})", "bold")
        sign = f"  {self._paint('!', 'yellow')}  "
        told = [self._block(sign, 5, safe(notice.located)) for notice in summary.waivers]
        return "\n".join([f"  {head}", *told, "\n"])

    def _total(self, summary: Summary) -> str:
        return f"{self._verdict(summary.verdict, summary.told)}\n" if summary.snapshots > 1 else ""

    def _account(self, report: AccountReport) -> Iterator[str]:
        found = [outcome for outcome in report.outcomes if outcome.outcome in ("fail", "unknown")]
        blocking = [outcome for outcome in found if outcome.binding]
        advisory = [outcome for outcome in found if not outcome.binding]
        waived = [outcome for outcome in report.outcomes if outcome.outcome == "waived"]
        yield self._verdict(report.verdict, _headline(report, blocking))
        if report.diff is not None:
            yield from self._moved(report.diff)
        yield from self._findings(blocking)
        yield from self._what_to_do(blocking)
        if advisory:
            yield f"\n  {self._paint(f'Advisory ({len(advisory)}), does not block', 'bold')}"
            yield from self._findings(advisory)
        if waived:
            yield f"\n  {self._paint(f'Waived ({len(waived)})', 'bold')}"
            for outcome in waived:
                yield self._block("    ", 4, safe(f"{outcome.rule}: {outcome.message}"))
        yield from self._rest(report)

    def _moved(self, diff: AccountDiff) -> Iterator[str]:
        before = f"; without it: {_VERDICTS[diff.before][0]}" if diff.before else ""
        yield f"\n  {self._paint(f'What the deploy moves{before}', 'bold')}"
        yield from (f"  {line}" for line in text_lines(diff, self._width - 2, self._paint))
        yield ""

    def _verdict(self, verdict: Verdict, told: str) -> str:
        word, style = _VERDICTS[verdict]
        return self._block(f"{self._paint(word, style)}  ", len(word) + 2, told)

    def _findings(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        """What is violated as a table; what is not provable by its reason, which many rules share."""
        violations = [self._violation(outcome) for outcome in outcomes if outcome.outcome == "fail"]
        if violations:
            yield from self._table.lines([self._header, *[violation.row for violation in violations]])
            for expired in [violation.expired for violation in violations if violation.expired]:
                yield self._block("     ", 5, expired)
        reasons: dict[str, list[str]] = {}
        for outcome in outcomes:
            if outcome.outcome == "unknown":
                reasons.setdefault(outcome.message, []).append(outcome.rule)
        for reason, rules in reasons.items():
            yield self._block(f"  {self._paint('?', 'yellow')}  ", 5, ", ".join(rules), "bold")
            yield self._block("     ", 5, safe(reason), "yellow")

    def _make_violation(self, outcome: Outcome) -> _Violation:
        cell = self._table.cell
        row = self._table.row(
            self._sign,
            cell(printable(outcome.rule), "bold"),
            cell(printable(outcome.setting).rsplit(".", 1)[-1]),
            cell(printable(outcome.expected)),
            cell(_actual(outcome), "red"),
        )
        ended = _EXPIRED.search(outcome.message)
        return _Violation(row, f"{outcome.rule}: {safe(ended[1])}" if ended else None)

    def _what_to_do(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        failed = {outcome.rule: outcome for outcome in outcomes if outcome.outcome == "fail"}
        if failed:
            yield f"\n  {self._paint('What to do', 'bold')}"
            indent = max(map(len, failed)) + 6
            yield from [self._remedy(outcome, indent) for outcome in failed.values()]

    def _make_remedy(self, outcome: Outcome, indent: int) -> str:
        return self._block(f"    {outcome.rule}".ljust(indent), indent, printable(outcome.remediation))

    def _rest(self, report: AccountReport) -> Iterator[str]:
        before = "\n"
        for name, result in (("Passed", "pass"), ("Skipped", "skipped")):
            rules = [outcome.rule for outcome in report.outcomes if outcome.outcome == result]
            if rules:
                head = f"{name} ({len(rules)}): "
                yield self._block(f"{before}  {self._paint(head, 'dim')}", len(head) + 2, ", ".join(rules), "dim")
                before = ""

    def _make_block(self, head: str, indent: int, text: str, style: str = "") -> str:
        """A text behind its head, `indent` columns wide; further lines stand under the first."""
        lines = [self._paint(line, style) for line in wrap(text, max(_NARROWEST, self._width - indent))]
        return head + ("\n" + " " * indent).join(lines)


def _headline(report: AccountReport, blocking: Sequence[Outcome]) -> str:
    name = f"account {safe(report.account)}" if report.account else "account unknown"
    alias = f" ({safe(report.alias)})" if report.alias else ""
    unknown = len([outcome for outcome in blocking if outcome.outcome == "unknown"])
    failed = len(blocking) - unknown
    judged = len([outcome for outcome in report.outcomes if outcome.outcome != "skipped" and outcome.binding])
    parts = [f"{count} {what}" for count, what in ((failed, "violated"), (unknown, "not provable")) if count]
    told = f"{' and '.join(parts)} of {judged} mandatory rules" if parts else f"all {judged} mandatory rules hold"
    return f"{name}{alias}: {told}"


def _actual(outcome: Outcome) -> str:
    if isinstance(outcome.actual, (dict, list)) or outcome.actual == "":
        return safe(_EXPIRED.sub("", outcome.message))
    return safe(outcome.actual if isinstance(outcome.actual, str) else dumps(outcome.actual))
