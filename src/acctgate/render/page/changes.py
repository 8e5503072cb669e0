"""The page's section about changes in this deployment."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup

from acctgate.language import LANGUAGES, Words
from acctgate.model.report import AccountReport
from acctgate.render.changes import grouped, last_key, show
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
        settings = [
            (change, last_key(change.setting), _shown(change.before), _shown(change.after))
            for change in report.diff.settings
        ]
        part: Markup = macros("changes.html.j2").account(  # type: ignore[attr-defined]
            report.diff, grouped(report.diff.rules), settings
        )
        self.parts.append(part)
        self._room -= len(part)


def _shown(value: Any) -> Words:
    return Words(*(show(value, language) for language in LANGUAGES))
