"""Keep the gravest findings of a report."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from acctgate.model.outcome import Outcome

Rank = tuple[int, ...]
_SEVERITIES = ("critical", "high", "medium", "low")


@lru_cache(maxsize=2048)
def rank(outcome: Outcome) -> Rank:
    """Return the place of a finding in the order of gravity: mandatory before advisory, then by severity.

    Waived findings come last; of two alike, a violation comes before what is unknown.
    Cached by identity: accounts with the same values share their outcomes.
    """
    return (
        outcome.outcome == "waived",
        not outcome.binding,
        _SEVERITIES.index(outcome.severity),
        outcome.outcome == "unknown",
    )


class Gravest:
    """The gravest texts that were added, at most `limit`; those alike in the order of the input."""

    def __init__(self, limit: int) -> None:
        self._limit, self._kept = limit, 0
        self._texts: dict[Rank, list[str]] = {}
        self.dropped = 0
        """The number of texts beyond the limit."""

    def add(self, rank: Rank, render: Callable[[], str]) -> None:
        """Add a text, rendered only if it is among the gravest so far."""
        if self._kept == self._limit:
            self.dropped += 1
            last = max(self._texts)
            if rank >= last:
                return
            self._drop(last)
        self._texts.setdefault(rank, []).append(render())
        self._kept += 1

    def texts(self) -> list[str]:
        """Return the texts, the gravest first."""
        return [text for rank in sorted(self._texts) for text in self._texts[rank]]

    def _drop(self, last: Rank) -> None:
        self._texts[last].pop()
        self._kept -= 1
        if not self._texts[last]:
            del self._texts[last]
