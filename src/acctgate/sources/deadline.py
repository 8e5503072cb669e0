"""Deadlines: how long a call and an account may take as a whole, whatever a server does; and work in threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Thread
from typing import Final, TypeVar

T = TypeVar("T")

CALL_SECONDS: Final = 20.0
"""How long one call may take, with its retries."""
ACCOUNT_SECONDS: Final = 60.0
"""How long reading one account may take."""


class DeadlineError(Exception):
    """The deadline has passed."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time, in seconds of the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """The seconds that remain, at least 0."""
        return max(0.0, self.at - time.monotonic())

    def earlier(self, seconds: float) -> Deadline:
        """Return this deadline, or the one that many seconds from now, whichever is earlier."""
        return min(self, Deadline.after(seconds), key=lambda deadline: deadline.at)

    def run(self, work: Callable[[], T]) -> T:
        """Return the result of the work, or abandon it at the deadline.

        A timeout of a socket counts from byte to byte, and looking up a name has none. So the work gets a thread of its
        own.

        Raises:
            DeadlineError: The deadline passed first.
        """
        if not self.remaining:
            raise DeadlineError
        result = in_background(work)
        if not wait([result], self.remaining).done:
            raise DeadlineError
        return result.result()


def in_background(work: Callable[[], T]) -> Future[T]:
    """Start work in a thread of its own. Unlike those of a pool, it does not hold up the end of the process."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    Thread(target=run, name="acctgate-background", daemon=True).start()
    return result
