"""Keep the most severe findings of a report."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec

from acctgate.model.outcome import MOST_SEVERE_FIRST, Outcome

P = ParamSpec("P")
Rank = tuple[int, ...]


@lru_cache(maxsize=2048)
def rank(outcome: Outcome) -> Rank:
    """Return the rank of a finding: mandatory before advisory, then by severity.

    Waived findings come last. At the same severity, a violation comes before an unknown.
    Cached by identity: accounts with the same values share their outcomes.
    """
    return (
        outcome.outcome == "waived",
        not outcome.binding,
        MOST_SEVERE_FIRST.index(outcome.severity),
        outcome.outcome == "unknown",
    )


class TopFindings:
    """The most severe texts that were added, at most `limit`; equal ones in the order of the input."""

    def __init__(self, limit: int) -> None:
        self._room = limit
        self._texts: dict[Rank, list[tuple[str, int]]] = {}
        """The texts, each with the number of its findings."""
        self._last: Rank = ()
        """The least severe rank of these texts."""
        self.dropped = 0
        """The number of findings beyond the limit."""

    def add(self, rank: Rank, render: Callable[P, str], /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Add the text that `render` returns. It is called only if the text is among the most severe so far."""
        self.add_group(1, rank, render, *args, **kwargs)

    def add_group(self, size: int, rank: Rank, render: Callable[P, str], /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Add one text about several findings."""
        if not self._room:
            if rank >= self._last:
                self.dropped += size
                return
            self._drop_last()
        self._texts.setdefault(rank, []).append((render(*args, **kwargs), size))
        self._room -= 1
        self._last = max(self._last, rank)

    def texts(self) -> list[str]:
        """Return the texts, the most severe first."""
        return [text for text, _ in self.groups()]

    def groups(self) -> list[tuple[str, int]]:
        """Return the texts and the numbers of their findings, the most severe first."""
        return [group for rank in sorted(self._texts) for group in self._texts[rank]]

    def _drop_last(self) -> None:
        _, size = self._texts[self._last].pop()
        self.dropped += size
        self._room += 1
        if not self._texts[self._last]:
            del self._texts[self._last]
            self._last = max(self._texts, default=())
