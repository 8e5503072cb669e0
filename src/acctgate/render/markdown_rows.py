"""Keep Markdown within the length of a comment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec

from acctgate.language import Language
from acctgate.render.words import NOT_SHOWN

P = ParamSpec("P")
MAX_LENGTH: Final = 60_000
"""Characters: GitHub accepts 65,536 in a comment, and a workflow may add some."""
ROOM: Final = MAX_LENGTH - 2_000
"""Characters for rows; the rest is for headings."""


class Pool:
    """Characters that several parts of a comment share: each takes what it needs, in the order of the report."""

    def __init__(self, room: int) -> None:
        self.room = room


class Rows:
    """Collects rows that fit into a number of characters, and counts the items of the others."""

    def __init__(self, room: int, pool: Pool | None = None) -> None:
        """Make room for rows.

        Args:
            room: Characters that only these rows can take.
            pool: More characters, which others can take too.
        """
        self._room, self._rows, self._shown, self.found = room, list[str](), 0, 0
        self._pool = pool or Pool(0)

    def add(self, render: Callable[P, str], /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Add the row that `render` returns. It is called only while there is room."""
        self.add_group(1, render, *args, **kwargs)

    def add_group(self, size: int, render: Callable[P, str], /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Add one row that shows several items."""
        is_full = self.found > self._shown
        self.found += size
        if is_full:  # no row may follow a gap
            return
        row = render(*args, **kwargs)
        missing = max(0, len(row) + 1 - self._room)
        if missing <= self._pool.room:
            self._rows.append(row)
            self._shown += size
            self._pool.room -= missing
            self._room -= len(row) + 1 - missing

    def lines(self, language: Language = "en") -> list[str]:
        """Return the rows and the number of items that are not shown."""
        cut = self.found - self._shown
        return [*self._rows, "", *([NOT_SHOWN.of(language).format(f"{cut:,}"), ""] if cut else [])]
