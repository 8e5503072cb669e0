"""The verdict for a person: what blocks and what to do first, the rest short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from acctgate.render.columns import Cell, cell, painter, table, wrap
from acctgate.render.findings import printable
from acctgate.render.kept import kept
from acctgate.report import AccountReport, Outcome, Summary, Verdict

_VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "pass": ("PASSED", "bold green"),
    "fail": ("BLOCKED", "bold red"),
    "unknown": ("NOT PROVABLE", "bold yellow"),
}
_EXPIRED: Final = re.compile(r"; (the waiver by .+? expired on \d{4}-\d\d-\d\d)$", re.DOTALL)
"""How a message ends where a waiver no longer counts: the table shows values, not messages."""

_NARROWEST: Final = 20
"""Columns for a text behind its head, however long that is."""


class _Row(NamedTuple):
    """A violation in the table."""

    cells: tuple[Cell, ...]
    expired: str | None
    """What is said of a waiver that no longer counts."""


class TextRenderer:
    """`--format text`: with colour and the terminal's width where there is a terminal."""

    def __init__(self, *, color: bool = False, width: int = 110) -> None:
        self._width, self._paint = width, painter(color)
        self._kept = kept(self._row)
        self._sign = cell("✗", "red", self._paint, width=1)
        self._header = [cell(name, "dim", self._paint) for name in ("", "rule", "setting", "expected", "actual")]

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """The verdict on one account."""
        return "\n".join([*self._account(report), "\n"])

    def end(self, summary: Summary) -> str:
        """Over several accounts, what they come to."""
        if summary.accounts < 2:
            return ""
        counts = ", ".join(f"{count} {name}" for name, count in summary.counts.items() if count)
        return "\n".join([*self._verdict(summary.verdict, f"{summary.accounts:,} accounts: {counts}"), ""])

    def _account(self, report: AccountReport) -> Iterator[str]:
        found = [outcome for outcome in report.outcomes if outcome.outcome in ("fail", "unknown")]
        blocking = [outcome for outcome in found if outcome.binding]
        advisory = [outcome for outcome in found if not outcome.binding]
        waived = [outcome for outcome in report.outcomes if outcome.outcome == "waived"]
        yield from self._verdict(report.verdict, _headline(report, blocking))
        yield from self._findings(blocking)
        yield from self._what_to_do(blocking)
        if advisory:
            yield f"\n  {self._paint(f'Advisory ({len(advisory)}), does not block', 'bold')}"
            yield from self._findings(advisory)
        if waived:
            yield f"\n  {self._paint(f'Waived ({len(waived)})', 'bold')}"
            for outcome in waived:
                yield from self._block("    ", 4, safe(f"{outcome.rule}: {outcome.message}"))
        yield from self._rest(report)

    def _verdict(self, verdict: Verdict, told: str) -> Iterable[str]:
        word, style = _VERDICTS[verdict]
        return self._block(f"{self._paint(word, style)}  ", len(word) + 2, told)

    def _findings(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        """What is violated as a table; what is not provable by its reason, which many rules share."""
        rows = [self._kept(outcome) for outcome in outcomes if outcome.outcome == "fail"]
        if rows:
            cells = [self._header, *[row.cells for row in rows]]
            yield from [f"  {line}" for line in table(cells, self._width - 2, (3, 4), self._paint)]
            for expired in [row.expired for row in rows if row.expired]:
                yield from self._block("     ", 5, expired)
        reasons: dict[str, list[str]] = {}
        for outcome in outcomes:
            if outcome.outcome == "unknown":
                reasons.setdefault(outcome.message, []).append(outcome.rule)
        for reason, rules in reasons.items():
            yield from self._block(f"  {self._paint('?', 'yellow')}  ", 5, ", ".join(rules), "bold")
            yield from self._block("     ", 5, safe(reason), "yellow")

    def _row(self, outcome: Outcome) -> _Row:
        told = (
            (printable(outcome.rule), "bold"),
            (printable(outcome.setting).rsplit(".", 1)[-1], ""),
            (printable(outcome.expected), ""),
            (_actual(outcome), "red"),
        )
        ended = _EXPIRED.search(outcome.message)
        expired = f"{outcome.rule}: {safe(ended[1])}" if ended else None
        return _Row((self._sign, *(cell(text, style, self._paint) for text, style in told)), expired)

    def _what_to_do(self, outcomes: Sequence[Outcome]) -> Iterator[str]:
        remedies = {outcome.rule: outcome.remediation for outcome in outcomes if outcome.outcome == "fail"}
        if not remedies:
            return
        yield f"\n  {self._paint('What to do', 'bold')}"
        indent = max(map(len, remedies)) + 6
        for rule, remedy in remedies.items():
            yield from self._block(f"    {rule}".ljust(indent), indent, printable(remedy))

    def _rest(self, report: AccountReport) -> Iterator[str]:
        before = "\n"
        for name, result in (("Passed", "pass"), ("Skipped", "skipped")):
            rules = [outcome.rule for outcome in report.outcomes if outcome.outcome == result]
            if rules:
                head = f"{name} ({len(rules)}): "
                yield from self._block(f"{before}  {self._paint(head, 'dim')}", len(head) + 2, ", ".join(rules), "dim")
                before = ""

    def _block(self, head: str, indent: int, text: str, style: str = "") -> Iterator[str]:
        """A text behind its head, `indent` columns wide; further lines stand under the first."""
        for line in wrap(text, max(_NARROWEST, self._width - indent)):
            yield f"{head}{self._paint(line, style) if style else line}".rstrip()
            head = " " * indent


def _headline(report: AccountReport, blocking: Sequence[Outcome]) -> str:
    name = f"account {safe(report.account)}" if report.account else "account unknown"
    alias = f" ({safe(report.alias)})" if report.alias else ""
    failed = sum([o.outcome == "fail" for o in blocking])
    unknown = len(blocking) - failed
    judged = sum([o.binding and o.outcome != "skipped" for o in report.outcomes])
    parts = [f"{count} {what}" for count, what in ((failed, "violated"), (unknown, "not provable")) if count]
    told = f"{' and '.join(parts)} of {judged} mandatory rules" if parts else f"all {judged} mandatory rules hold"
    return f"{name}{alias}: {told}"


def _actual(outcome: Outcome) -> str:
    if isinstance(outcome.actual, (dict, list)) or outcome.actual == "":
        return safe(_EXPIRED.sub("", outcome.message))
    return safe(outcome.actual if isinstance(outcome.actual, str) else json.dumps(outcome.actual, ensure_ascii=False))


def safe(value: object) -> str:
    """Text from outside, without what would steer a terminal, cut to a readable length."""
    text = str(value)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "�" for char in text)
    return text if len(text) <= 300 else text[:299] + "…"
