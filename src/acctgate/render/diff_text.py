"""A diff for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from acctgate.inert_text import clean
from acctgate.model.diff_document import Diff
from acctgate.render.changes import title
from acctgate.render.changes_text import change_lines, direction_cell
from acctgate.render.diff import changed_accounts, headline
from acctgate.render.layout import Layout
from acctgate.render.words import LONGEST

_HEADER: Final = ("", "rule", "before", "after", "note")


def render(diff: Diff, *, color: bool, width: int) -> str:
    """Return the diff as text of at most `width` columns."""
    return "\n".join([*_lines(diff, Layout(width, color)), ""])


def _lines(diff: Diff, layout: Layout) -> Iterator[str]:
    summary = headline(diff)
    yield layout.paragraph(("", ""), (f"{summary[:1].upper()}{summary[1:]}", "bold"), 0)
    if diff.age_notice:
        yield layout.warning(clean(diff.age_notice, LONGEST))
    if diff.policy:
        yield ""
        rows = [
            (
                direction_cell(change.direction),
                *((clean(text, LONGEST), "") for text in (change.rule, change.before, change.after, change.note)),
            )
            for change in diff.policy
        ]
        yield from layout.table(_HEADER, rows, fixed=2)
    for account in changed_accounts(diff):
        yield ""
        yield layout.paragraph(("", ""), (title(account), "bold"), 0)
        yield from change_lines(account, layout)
