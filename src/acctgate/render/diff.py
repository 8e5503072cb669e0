"""A diff as text, JSON or Markdown: for people who must decide in a minute, the verdicts that flip come first."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from acctgate.diff.model import AccountDiff, Diff, Direction, Flip, RuleFlip, SettingChange
from acctgate.render.markdown_text import escape
from acctgate.render.text import safe

DIFF_FORMATS: Final = ("text", "json", "markdown")
_FLIPS: Final[dict[Flip, tuple[str, str, str]]] = {
    "newly-failing": ("✗", "newly failing", "bold red"),
    "newly-unknown": ("?", "newly not provable", "bold yellow"),
    "still-failing": ("✗", "still failing", "red"),
    "still-unknown": ("?", "still not provable", "yellow"),
    "dropped": ("!", "no longer judged", "yellow"),
    "waived": ("~", "now waived", "cyan"),
    "repaired": ("✓", "repaired", "green"),
}
_DIRECTIONS: Final[dict[Direction, tuple[str, str]]] = {
    "looser": ("▼", "red"),
    "mixed": ("◆", "yellow"),
    "unknown": ("?", "yellow"),
    "stricter": ("▲", "green"),
    "changed": ("·", "dim"),
}


def render_json(diff: Diff) -> str:
    """The diff (version 1), with its counts."""
    return json.dumps({**asdict(diff), "counts": diff.counts}, ensure_ascii=False, indent=1) + "\n"


def headline(diff: Diff) -> str:
    """What it comes to, in a few words."""
    if diff.kind == "policies" and not diff.policy and not any(account.rules for account in diff.accounts):
        return "the policies ask for the same"
    counts = diff.counts
    told = [f"{counts[flip]} {words}" for flip, (_, words, _) in _FLIPS.items() if counts[flip]]
    told += [f"{counts[direction]} settings {direction}" for direction in ("looser", "stricter") if counts[direction]]
    if diff.kind == "policies":
        told.insert(0, f"{counts['loosened']} of {len(diff.policy)} changed rules loosened")
    return ", ".join(told) or "nothing moved"


def render_text(diff: Diff, *, color: bool = False, width: int = 110) -> str:
    """For a terminal or a log."""
    console = Console(
        file=io.StringIO(), force_terminal=color, no_color=not color, width=width, legacy_windows=False,
        color_system="standard" if color else None, highlight=False, markup=False, emoji=False,
    )  # fmt: skip
    console.print(Text(headline(diff)[:1].upper() + headline(diff)[1:], style="bold"))
    if diff.policy:
        table = _table("", "rule", "before", "after", "")
        for change in diff.policy:
            sign, style = _DIRECTIONS[change.direction]
            word = Text(f"{sign} {change.direction}", style=style)
            table.add_row(word, change.rule, safe(change.before), safe(change.after), safe(change.note))
        console.print(Padding(table, (1, 0, 0, 2)))
    for account in diff.accounts:
        if account.settings or account.rules:
            _account_text(console, account)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().split("\n"))


def _account_text(console: Console, account: AccountDiff) -> None:
    console.print(Text(f"\n{_title(account)}", style="bold"))
    for flip, rules in _grouped(account.rules):
        sign, words, style = _FLIPS[flip]
        names = ", ".join(_rule_name(rule) for rule in rules)
        console.print(Padding(Text.assemble((f"{sign} {words}: ", style), names), (0, 0, 0, 2)))
    if account.settings:
        table = _table("", "setting", "before", "after", "policy wants", "")
        for change in account.settings:
            sign, style = _DIRECTIONS[change.direction]
            table.add_row(
                Text(f"{sign} {change.direction}", style=style),
                safe(_last(change.setting)),
                show(change.before),
                show(change.after),
                safe(change.expected or ""),
                safe(change.note),
            )
        console.print(Padding(table, (0, 0, 0, 2)))


def render_markdown(diff: Diff) -> str:
    """For a pull request. Text from outside is escaped, and never stands in a code span."""
    lines = [f"### acctgate: {escape(headline(diff))}", ""]
    if diff.policy:
        lines += ["| | rule | before | after | |", "|---|---|---|---|---|"]
        for policy in diff.policy:
            sign, _ = _DIRECTIONS[policy.direction]
            cells = (policy.rule, policy.before, policy.after, policy.note)
            lines.append(f"| {sign} {policy.direction} | {' | '.join(map(escape, cells))} |")
        lines.append("")
    for account in diff.accounts:
        if account.settings or account.rules:
            lines += _account_markdown(account)
    return "\n".join(lines).rstrip("\n") + "\n"


def _account_markdown(account: AccountDiff) -> Iterable[str]:
    yield f"#### {escape(_title(account))}"
    yield ""
    for flip, rules in _grouped(account.rules):
        sign, words, _ = _FLIPS[flip]
        yield f"- {sign} **{words}**: {escape(', '.join(_rule_name(rule) for rule in rules))}"
    if account.settings:
        yield ""
        yield "| | setting | before | after | policy wants | |"
        yield "|---|---|---|---|---|---|"
        yield from map(_setting_row, account.settings)
    yield ""


def _setting_row(change: SettingChange) -> str:
    sign, _ = _DIRECTIONS[change.direction]
    cells = (_last(change.setting), show(change.before), show(change.after), change.expected or "", change.note)
    return f"| {sign} {change.direction} | {' | '.join(map(escape, cells))} |"


def show(value: Any) -> str:
    """A value for people."""
    if value is None:
        return "–"
    if value == "":
        return "(empty)"
    return safe(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _title(account: AccountDiff) -> str:
    name = f"account {safe(account.account)}" if account.account else "account unknown"
    alias = f" ({safe(account.alias)})" if account.alias else ""
    before, after = account.before or "not there", account.after or "not there"
    return f"{name}{alias}: {before if before == after else f'{before} → {after}'}"


def _rule_name(rule: RuleFlip) -> str:
    return rule.rule if rule.binding else f"{rule.rule} ({rule.level})"


def _grouped(rules: Iterable[RuleFlip]) -> Iterable[tuple[Flip, list[RuleFlip]]]:
    found = list(rules)
    for flip in _FLIPS:
        if some := [rule for rule in found if rule.flip == flip]:
            yield flip, some


def _last(setting: str) -> str:
    head, bracket, rest = setting.partition("[")
    return f"{head.rsplit('.', 1)[-1]}{bracket}{rest}" if bracket else setting.rsplit(".", 1)[-1]


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=index < 2)
    return table
