"""How the calls to many accounts are made: one rate for each operation, and a budget of repeated calls for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from acctgate.organization.rate import Rate
from acctgate.sources.deadline import CALL_SECONDS, Deadline, DeadlineError
from acctgate.sources.retry import Failure, RetryPolicy, wait

T = TypeVar("T")

MEMBER_SECONDS: Final = 300.0
"""How long reading one of many accounts may take. Most of it is for waiting while the API throttles."""
_ATTEMPTS: Final = 8
_BUDGET: Final = 200.0
"""Calls that may be repeated at once after a failure of the connection."""
_EARNED: Final = 0.5
"""What a call that succeeds adds to the budget."""


class Pace(RetryPolicy):
    """Paces the calls to all accounts of a run. Threads share it."""

    def __init__(self, concurrency: int) -> None:
        """Prepare. `concurrency` is how many accounts are read at the same time."""
        self.connections = concurrency
        self._rates: dict[str, Rate] = {}
        self._lock = threading.Lock()
        self._budget = _BUDGET
        self.throttled = 0
        """How many calls the API throttled."""

    def limit(self, deadline: Deadline | None) -> Deadline:
        """See base class. Only the account's deadline counts: a call may wait long while the API throttles."""
        return deadline or Deadline.after(MEMBER_SECONDS)

    def run(self, operation: str, attempt: Callable[[Deadline], T], deadline: Deadline) -> T:
        """See base class. A thread for each call would cost more than the call: `read_many` abandons accounts."""
        rate = self._rate(operation)
        if not wait(rate.reserve(), deadline):
            raise DeadlineError
        result = attempt(deadline.earlier(CALL_SECONDS))
        rate.count(throttled=False)
        with self._lock:
            self._budget = min(_BUDGET, self._budget + _EARNED)
        return result

    def may_repeat(self, operation: str, failures: Sequence[Failure], deadline: Deadline) -> bool:
        """See base class. A throttled call is repeated until the account's deadline."""
        last = failures[-1]
        kind = sum(each.throttled == last.throttled for each in failures)
        if last.throttled:
            self._rate(operation).count(throttled=True)
            with self._lock:
                self.throttled += 1
        elif kind >= _ATTEMPTS or not self._spend():
            return False
        return wait(last.backoff(kind - 1), deadline)

    def _rate(self, operation: str) -> Rate:
        with self._lock:
            return self._rates.setdefault(operation, Rate())

    def _spend(self) -> bool:
        """Take a repeated call from the budget. Return whether there was one."""
        with self._lock:
            if self._budget < 1:
                return False
            self._budget -= 1
            return True
