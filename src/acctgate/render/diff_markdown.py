"""A diff for a pull request."""

from __future__ import annotations

from acctgate.model.diff import Diff
from acctgate.render.changes import DIRECTIONS
from acctgate.render.changes_markdown import change_lines
from acctgate.render.diff import changed_accounts, headline
from acctgate.render.markdown_text import escape


def render(diff: Diff, **_: object) -> str:
    """Return the diff as Markdown. Text from outside is escaped and never in a code span."""
    lines = [f"### acctgate: {escape(headline(diff))}", ""]
    if diff.policy:
        lines += ["| | rule | before | after | |", "|---|---|---|---|---|"]
        for policy in diff.policy:
            mark = DIRECTIONS[policy.direction]
            cells = (policy.rule, policy.before, policy.after, policy.note)
            lines.append(f"| {mark.sign} {mark.words} | {' | '.join(map(escape, cells))} |")
        lines.append("")
    for account in changed_accounts(diff):
        lines += change_lines(account)
    return "\n".join(lines).rstrip("\n") + "\n"
