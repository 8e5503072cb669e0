"""What a deploy moves: which verdicts flip, and each setting before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from acctgate.language import Words
from acctgate.model.diff import AccountDiff
from acctgate.model.report import AccountReport
from acctgate.render.changes import DIRECTIONS, FLIPS, grouped, last, rule_name, show
from acctgate.render.page import texts
from acctgate.render.page.markup import both, safe

_ROOM: Final = 60_000
"""Characters. Where they are used up, accounts are counted, not shown."""
_COLUMNS: Final = (Words("", ""), texts.SETTING, texts.BEFORE, texts.AFTER, texts.EXPECTED, Words("", ""))


class Moves:
    """Collects what the deploy moves in each account, and shows it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room, self._cut = _ROOM, 0

    def add(self, report: AccountReport) -> None:
        """One more account."""
        if report.diff is None:
            return
        if self._room <= 0:
            self._cut += 1
            return
        self._parts.append("".join(_account(report.diff)))
        self._room -= len(self._parts[-1])

    def html(self) -> str:
        """The section, empty where nothing moves."""
        if not self._parts:
            return ""
        cut = f"<p class=dim>{both(texts.cut_moves(self._cut))}</p>" if self._cut else ""
        return f"<section class=moves><h2>{both(texts.MOVES)}</h2>{''.join(self._parts)}{cut}</section>\n"


def _account(diff: AccountDiff) -> Iterator[str]:
    verdicts = [both(texts.VERDICTS[each]) if each else "–" for each in (diff.before, diff.after)]
    name = f"{diff.alias or ''} {diff.account or '?'}"
    yield f"<h3><bdi>{safe(name, 200)}</bdi> <span>{' → '.join(verdicts)}</span></h3>"
    for flip, rules in grouped(diff.rules):
        names = ", ".join(safe(rule_name(rule)) for rule in rules)
        yield f"<p>{FLIPS[flip][0]} {both(texts.FLIPS[flip])}{both(Words(': ', '：'))}{names}</p>"
    if not diff.settings:
        return
    heads = "".join(f"<th scope=col>{both(words)}</th>" for words in _COLUMNS)
    yield f"<div class=wide><table><thead><tr>{heads}</tr></thead><tbody>"
    for change in diff.settings:
        cells = (show(change.before), show(change.after), change.expected or "", change.note)
        told = "".join(f"<td>{safe(text)}</td>" for text in cells)
        sign = DIRECTIONS[change.direction][0]
        yield (
            f'<tr class={change.direction}><td class="move">{sign} {both(texts.DIRECTIONS[change.direction])}</td>'
            f"<th scope=row>{safe(last(change.setting))}</th>{told}</tr>"
        )
    yield "</tbody></table></div>"
