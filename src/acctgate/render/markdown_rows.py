"""Keep Markdown below the length that a comment may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MAX_LENGTH: Final = 60_000
"""Characters: GitHub accepts 65,536 in a comment, and a workflow may add some."""
ROOM: Final = MAX_LENGTH - 2_000
"""Characters for rows; the rest is for headings."""


class Pool:
    """Characters that several parts of a comment share: each takes what it needs, in the order of the report."""

    def __init__(self, room: int) -> None:
        self.room = room


class Rows:
    """Rows that fit into a number of characters; the others are counted."""

    def __init__(self, room: int, pool: Pool | None = None) -> None:
        """Make room for rows.

        Args:
            room: Characters that only these rows can take.
            pool: More characters, which others can take too.
        """
        self._room, self._rows, self.found = room, list[str](), 0
        self._pool = pool or Pool(0)

    def add(self, render: Callable[[], str]) -> None:
        """Add a row, rendered only while there is room."""
        self.found += 1
        if self.found > len(self._rows) + 1:  # full: no row may follow a gap
            return
        row = render()
        missing = max(0, len(row) + 1 - self._room)
        if missing <= self._pool.room:
            self._rows.append(row)
            self._pool.room -= missing
            self._room -= len(row) + 1 - missing

    def lines(self) -> list[str]:
        """Return the rows and the number of those that are not shown."""
        cut = self.found - len(self._rows)
        return [*self._rows, "", *([f"… and {cut:,} more, not shown.", ""] if cut else [])]
