"""The rate of one operation's calls: unlimited until the API throttles, then as many as it accepts."""

from __future__ import annotations

import threading
import time
from typing import Final

_WINDOW: Final = 0.5
"""Seconds between two decisions."""
_FEWEST: Final = 10
"""Calls that a decision needs, unless it is overdue."""
_OVERDUE: Final = 2.0
"""Seconds after which a decision is made with fewer calls."""
_TOO_MANY: Final = 0.1
"""The share of throttled calls above which the rate falls. A few are repeated at no cost."""
_BACK_OFF: Final = 0.9
"""The share of the accepted calls to which the rate falls."""
_STEP: Final = 0.1
"""The share of the highest rate of attempts by which it rises in a window."""
_LEAST_SHARE: Final = 0.25
_LEAST: Final = 10.0
"""The rate falls neither below this share of the highest one nor below this many calls per second: a call that
waits longer for its turn than the API would refuse it costs its account time."""


class Rate:
    """Adapts as TCP does: falls at once to what the API accepted, and rises by steps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limit: float | None = None
        """Calls per second, None while there is no limit."""
        self._highest = 1.0
        self._next = 0.0
        self._window = time.monotonic()
        self._accepted = self._refused = 0

    def reserve(self) -> float:
        """Return the seconds to wait before the next call."""
        with self._lock:
            if self._limit is None:
                return 0.0
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + 1 / self._limit
            return at - now

    def count(self, *, throttled: bool) -> None:
        """Count an answer, and adapt."""
        with self._lock:
            if throttled:
                self._refused += 1
            else:
                self._accepted += 1
            now = time.monotonic()
            if self._is_due(now - self._window):
                self._adapt(now - self._window)
                self._window, self._accepted, self._refused = now, 0, 0

    def _is_due(self, seconds: float) -> bool:
        enough = self._accepted + self._refused >= _FEWEST
        return seconds >= _OVERDUE or (seconds >= _WINDOW and enough)

    def _adapt(self, seconds: float) -> None:
        accepted = self._accepted / seconds
        self._highest = max(self._highest, accepted + self._refused / seconds)
        step = _STEP * self._highest
        if self._refused > _TOO_MANY * (self._accepted + self._refused):
            self._limit = max(_BACK_OFF * accepted, _LEAST_SHARE * self._highest, _LEAST)
        elif self._limit is not None:
            self._limit += step
            if self._limit > 2 * self._highest:
                self._limit = None
