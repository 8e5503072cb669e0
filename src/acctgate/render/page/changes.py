"""The page's section about changes in this deployment."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from acctgate.model.report import AccountReport
from acctgate.render.changes import DIRECTIONS, FLIPS, grouped, last_key, show
from acctgate.render.page.environment import macros

_ROOM: Final = 60_000
"""Characters for all accounts. When they are used up, further accounts are counted, not shown."""


class Changes:
    """Collects the changes of each account."""

    def __init__(self) -> None:
        self.parts: list[Markup] = []
        self.hidden = 0
        """The number of accounts that do not fit."""
        self._room = _ROOM

    def add(self, report: AccountReport) -> None:
        """Add one account."""
        if report.diff is None:
            return
        if self._room <= 0:
            self.hidden += 1
            return
        flips = [(flip, FLIPS[flip].sign, rules) for flip, rules in grouped(report.diff.rules)]
        settings = [
            (
                change,
                DIRECTIONS[change.direction].sign,
                last_key(change.setting),
                show(change.before),
                show(change.after),
            )
            for change in report.diff.settings
        ]
        part: Markup = macros("changes.html.j2").account(report.diff, flips, settings)  # type: ignore[attr-defined]
        self.parts.append(part)
        self._room -= len(part)
