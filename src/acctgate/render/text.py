"""The verdict for a person: what blocks and what to do first, the rest short."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from acctgate.report import AccountReport, Outcome, Summary, Verdict

_VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "pass": ("PASSED", "bold green"),
    "fail": ("BLOCKED", "bold red"),
    "unknown": ("NOT PROVABLE", "bold yellow"),
}
_EXPIRED: Final = re.compile(r"; (the waiver by .+? expired on \d{4}-\d\d-\d\d)$", re.DOTALL)
"""How a message ends where a waiver no longer counts: the table shows values, not messages."""
_SIGNS: Final = {"fail": ("✗", "red"), "unknown": ("?", "yellow"), "waived": ("~", "cyan")}


class TextRenderer:
    """`--format text`: with colour and the terminal's width where there is a terminal."""

    def __init__(self, *, color: bool = False, width: int = 110) -> None:
        self._color, self._width = color, width

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """The verdict on one account."""
        console = self._console()
        blocking = [o for o in report.outcomes if o.binding and o.outcome in ("fail", "unknown")]
        advisory = [o for o in report.outcomes if not o.binding and o.outcome in ("fail", "unknown")]
        waived = [o for o in report.outcomes if o.outcome == "waived"]
        console.print(_headline(report, blocking))
        _findings(console, blocking)
        _what_to_do(console, blocking)
        if advisory:
            console.print(Text(f"\n  Advisory ({len(advisory)}), does not block", style="bold"))
            _findings(console, advisory)
        if waived:
            console.print(Text(f"\n  Waived ({len(waived)})", style="bold"))
            for outcome in waived:
                console.print(Padding(Text(safe(f"{outcome.rule}: {outcome.message}")), (0, 0, 0, 4)))
        console.print(_rest(report))
        return _plain_ends(console)

    def end(self, summary: Summary) -> str:
        """Over several accounts, what they come to."""
        if summary.accounts < 2:
            return ""
        console = self._console()
        word, style = _VERDICTS[summary.verdict]
        counts = ", ".join(f"{count} {name}" for name, count in summary.counts.items() if count)
        console.print(Text.assemble((word, style), f"  {summary.accounts:,} accounts: {counts}"))
        return _plain_ends(console)

    def _console(self) -> Console:
        return Console(
            file=io.StringIO(), force_terminal=self._color, no_color=not self._color, width=self._width,
            color_system="standard" if self._color else None, highlight=False, markup=False, emoji=False,
            legacy_windows=False,
        )  # fmt: skip


def _headline(report: AccountReport, blocking: Sequence[Outcome]) -> Text:
    word, style = _VERDICTS[report.verdict]
    name = f"account {safe(report.account)}" if report.account else "account unknown"
    alias = f" ({safe(report.alias)})" if report.alias else ""
    failed = sum(o.outcome == "fail" for o in blocking)
    unknown = len(blocking) - failed
    judged = sum(o.binding and o.outcome != "skipped" for o in report.outcomes)
    parts = [f"{count} {what}" for count, what in ((failed, "violated"), (unknown, "not provable")) if count]
    told = f"{' and '.join(parts)} of {judged} mandatory rules" if parts else f"all {judged} mandatory rules hold"
    return Text.assemble((word, style), f"  {name}{alias}: {told}")


def _findings(console: Console, outcomes: Sequence[Outcome]) -> None:
    """What is violated as a table; what is not provable by its reason, which many rules share."""
    if failed := [outcome for outcome in outcomes if outcome.outcome == "fail"]:
        console.print(_table(failed))
        for outcome in failed:
            if ended := _EXPIRED.search(outcome.message):
                console.print(Padding(Text(f"{outcome.rule}: {safe(ended[1])}"), (0, 0, 0, 5)))
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.outcome == "unknown":
            reasons.setdefault(outcome.message, []).append(outcome.rule)
    for reason, rules in reasons.items():
        sign, style = _SIGNS["unknown"]
        console.print(Padding(Text.assemble((sign, style), "  ", (", ".join(rules), "bold")), (0, 0, 0, 2)))
        console.print(Padding(Text(safe(reason), style=style), (0, 0, 0, 5)))


def _table(outcomes: Sequence[Outcome]) -> Padding:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("rule", no_wrap=True)
    table.add_column("setting", no_wrap=True)
    table.add_column("expected", overflow="fold")
    table.add_column("actual", overflow="fold")
    for outcome in outcomes:
        sign, style = _SIGNS[outcome.outcome]
        setting = outcome.setting.rsplit(".", 1)[-1]
        table.add_row(
            Text(sign, style=style),
            Text(outcome.rule, style="bold"),
            setting,
            outcome.expected,
            _actual(outcome),
        )
    return Padding(table, (0, 0, 0, 2))


def _actual(outcome: Outcome) -> Text:
    if isinstance(outcome.actual, (dict, list)) or outcome.actual == "":
        return Text(safe(_EXPIRED.sub("", outcome.message)), style="red")
    value = outcome.actual if isinstance(outcome.actual, str) else json.dumps(outcome.actual, ensure_ascii=False)
    return Text(safe(value), style="red")


def _what_to_do(console: Console, outcomes: Sequence[Outcome]) -> None:
    failed = [outcome for outcome in outcomes if outcome.outcome == "fail"]
    if not failed:
        return
    console.print(Text("\n  What to do", style="bold"))
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for rule, remediation in {outcome.rule: outcome.remediation for outcome in failed}.items():
        table.add_row(rule, remediation)
    console.print(Padding(table, (0, 0, 0, 4)))


def _rest(report: AccountReport) -> Text:
    passed = [outcome.rule for outcome in report.outcomes if outcome.outcome == "pass"]
    skipped = [outcome.rule for outcome in report.outcomes if outcome.outcome == "skipped"]
    lines = []
    for name, rules in (("Passed", passed), ("Skipped", skipped)):
        if rules:
            lines.append(f"{name} ({len(rules)}): {', '.join(rules)}")
    return Text("\n  " + "\n  ".join(lines) + "\n" if lines else "", style="dim")


def safe(value: object) -> str:
    """Text from outside, without what would steer a terminal, cut to a readable length."""
    text = "".join(char if char.isprintable() else "�" for char in str(value))
    return text if len(text) <= 300 else text[:299] + "…"


def _plain_ends(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().split("\n"))
