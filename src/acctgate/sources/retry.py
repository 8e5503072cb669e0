"""How a call is repeated when it fails, and how long it may take."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from acctgate.sources.call_error import CallError
from acctgate.sources.deadline import CALL_SECONDS, Deadline

T = TypeVar("T")

_ATTEMPTS: Final = 4
_BACKOFF: Final = 0.2
"""Seconds. Doubled with each attempt, with full jitter."""
_LONGEST_BACKOFF: Final = 3.0
_LONGEST_RETRY_AFTER: Final = 5.0


class Failure(NamedTuple):
    """A failure that may pass."""

    error: CallError
    throttled: bool = False
    """Whether the API asks for fewer calls."""
    retry_after: float | None = None
    """Seconds that the server asks to wait, None if it does not say."""

    def backoff(self, attempt: int) -> float:
        """Return the seconds to wait after an attempt, counted from 0."""
        if self.retry_after is not None:
            return min(self.retry_after, _LONGEST_RETRY_AFTER)
        return random.uniform(0, min(_LONGEST_BACKOFF, _BACKOFF * 2**attempt))  # noqa: S311 not for secrets


class RetryPolicy:
    """Repeats the calls of one account: each call has a few attempts within `CALL_SECONDS`."""

    connections = 16
    """How many connections to one host stay open."""

    def limit(self, deadline: Deadline | None) -> Deadline:
        """Return when to give up a call with all its attempts. `deadline` is that of the account."""
        return deadline.earlier(CALL_SECONDS) if deadline else Deadline.after(CALL_SECONDS)

    def run(self, operation: str, attempt: Callable[[Deadline], T], deadline: Deadline) -> T:
        """Make an attempt.

        Raises:
            DeadlineError: The deadline passed first.
        """
        return deadline.run(lambda: attempt(deadline))

    def may_repeat(self, operation: str, failures: Sequence[Failure], deadline: Deadline) -> bool:
        """Wait before the next attempt. Return whether there is one. `failures` are those of the call so far."""
        count = len(failures)
        return count < _ATTEMPTS and wait(failures[-1].backoff(count - 1), deadline)


def pauses(first: float, longest: float) -> Iterator[float]:
    """Yield the seconds between looks at something that takes time: each pause is 1.5 times the one before."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 1.5, longest)


def wait(seconds: float, deadline: Deadline) -> bool:
    """Wait. Return whether the deadline leaves time for it; otherwise do not wait."""
    if seconds >= deadline.remaining:
        return False
    if seconds:  # even a pause of no length lets all other threads run first
        time.sleep(seconds)
    return True
