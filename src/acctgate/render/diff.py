"""A diff as text, JSON or Markdown: for people who must decide in a minute, the verdicts that flip come first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from acctgate.model.diff import Diff
from acctgate.render.changes import DIRECTIONS, FLIPS, directed, markdown_lines, text_lines, title
from acctgate.render.columns import Paint, Table, painter, wrap
from acctgate.render.markdown_text import escape

_POLICY: Final = ("", "rule", "before", "after", "")


def render_json(diff: Diff) -> str:
    """The diff (version 1), with its counts."""
    return json.dumps({**asdict(diff), "counts": diff.counts}, ensure_ascii=False, indent=1) + "\n"


def headline(diff: Diff) -> str:
    """What it comes to, in a few words."""
    if diff.kind == "policies" and not diff.policy and not any(account.rules for account in diff.accounts):
        return "the policies ask for the same"
    counts = diff.counts
    told = [f"{counts[flip]} {words}" for flip, (_, words, _) in FLIPS.items() if counts[flip]]
    told += [f"{counts[direction]} settings {direction}" for direction in ("looser", "stricter") if counts[direction]]
    if diff.kind == "policies":
        told.insert(0, f"{counts['loosened']} of {len(diff.policy)} changed rules loosened")
    return ", ".join(told) or "nothing moved"


def render_text(diff: Diff, *, color: bool = False, width: int = 110) -> str:
    """For a terminal or a log."""
    return "\n".join([*_lines(diff, width, painter(color)), ""])


def _lines(diff: Diff, width: int, paint: Paint) -> Iterator[str]:
    told = headline(diff)
    yield from (paint(line, "bold") for line in wrap(f"{told[:1].upper()}{told[1:]}", width))
    if diff.policy:
        yield ""
        table = Table(width, 2, (2, 3, 4), paint)
        rows = [
            directed(table, each.direction, (each.rule, each.before, each.after, each.note)) for each in diff.policy
        ]
        yield from table.lines([table.row(*(table.cell(head, "dim") for head in _POLICY)), *rows])
    for account in diff.accounts:
        if account.settings or account.rules:
            yield f"\n{paint(title(account), 'bold')}"
            yield from text_lines(account, width, paint)


def render_markdown(diff: Diff) -> str:
    """For a pull request. Text from outside is escaped, and never stands in a code span."""
    lines = [f"### acctgate: {escape(headline(diff))}", ""]
    if diff.policy:
        lines += ["| | rule | before | after | |", "|---|---|---|---|---|"]
        for policy in diff.policy:
            sign, _ = DIRECTIONS[policy.direction]
            cells = (policy.rule, policy.before, policy.after, policy.note)
            lines.append(f"| {sign} {policy.direction} | {' | '.join(map(escape, cells))} |")
        lines.append("")
    for account in diff.accounts:
        if account.settings or account.rules:
            lines += [f"#### {escape(title(account))}", "", *markdown_lines(account)]
    return "\n".join(lines).rstrip("\n") + "\n"
