"""Keep Markdown below the length that a comment may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MAX_LENGTH: Final = 60_000
"""Characters: GitHub accepts 65,536 in a comment, and a workflow may add some."""
ROOM: Final = MAX_LENGTH - 2_000
"""Characters for rows; the rest is for headings."""


class Rows:
    """Rows that fit into a number of characters; the others are counted."""

    def __init__(self, room: int) -> None:
        self._room, self._rows, self.found = room, list[str](), 0

    def add(self, render: Callable[[], str]) -> None:
        """Add a row, rendered only while there is room."""
        self.found += 1
        if self.found > len(self._rows) + 1:  # full: no row may follow a gap
            return
        row = render()
        if len(row) < self._room:
            self._rows.append(row)
            self._room -= len(row) + 1

    def lines(self) -> list[str]:
        """Return the rows and the number of those that are not shown."""
        cut = self.found - len(self._rows)
        return [*self._rows, "", *([f"… and {cut:,} more, not shown.", ""] if cut else [])]
