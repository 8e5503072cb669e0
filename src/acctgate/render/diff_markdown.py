"""A diff for a pull request, bounded in length."""

from __future__ import annotations

from acctgate.model.diff import AccountDiff
from acctgate.model.diff_document import Diff, PolicyChange
from acctgate.render.changes_markdown import change_lines
from acctgate.render.diff import changed_accounts, headline
from acctgate.render.markdown_rows import ROOM, Rows
from acctgate.render.markdown_text import escape
from acctgate.render.words import DIRECTIONS


def render(diff: Diff, **_: object) -> str:
    """Return the diff as Markdown. Text from outside is escaped and never in a code span."""
    lines = [f"### acctgate: {escape(headline(diff))}", ""]
    if diff.age_notice:
        lines += [f"⚠️ {escape(diff.age_notice[:300])}", ""]
    policy, accounts = Rows(ROOM // 2), Rows(ROOM // 2)
    for change in diff.policy:
        policy.add(_policy_row, change)
    for account in changed_accounts(diff):
        accounts.add(_account, account)
    if policy.found:
        lines += ["| | rule | before | after | |", "|---|---|---|---|---|", *policy.lines()]
    if accounts.found:
        lines += accounts.lines()
    return "\n".join(lines).rstrip("\n") + "\n"


def _policy_row(change: PolicyChange) -> str:
    mark = DIRECTIONS[change.direction]
    cells = (change.rule, change.before, change.after, change.note)
    return f"| {mark.sign} {mark.words.en} | {' | '.join(map(escape, cells))} |"


def _account(account: AccountDiff) -> str:
    return "\n".join(change_lines(account))
