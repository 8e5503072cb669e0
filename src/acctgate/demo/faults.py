"""What goes wrong on purpose: denied, throttled and broken calls, rate limits, and random faults from a seed."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Final

from acctgate.demo.signature import SignatureError
from acctgate.sources.operations import BY_NAME

SEED: Final = 1
"""The seed of random faults without one."""
_UNAVAILABLE: Final = 503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server."
_THROTTLED: Final = 400, "Throttling.User", "Request was denied due to user flow control."


class DroppedConnectionError(Exception):
    """The connection ends without a complete answer."""

    def __init__(self, *, half: bool) -> None:
        super().__init__("half-closed" if half else "closed")
        self.half = half
        """Whether the server begins to answer, and then ends only its own side of the connection."""


class Faults:
    """Decides which calls fail. Not for several threads at once."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        """Operations that are denied."""
        self.throttled: Counter[str] = Counter()
        """How many of the next calls of an operation are throttled."""
        self.broken: Counter[str] = Counter()
        """How many of the next calls of an operation end with 503 ServiceUnavailable."""
        self.rate_limits: dict[str, float] = {}
        """The calls per second of an operation above which it throttles. Operations without one have no limit."""
        self.fault_rate = 0.0
        """The share of calls that fail at random, 0 to 1."""
        self.seed = SEED
        """What random faults follow from: the same nth call of an account's operation fails in every run."""
        self._tokens: dict[str, tuple[float, float]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def refuse(self, action: str, account_id: str) -> None:
        """Let a call of an account's credentials fail, if it should.

        Raises:
            SignatureError: It is denied, throttled, or fails for a while.
            DroppedConnectionError: It gets no complete answer.
        """
        if self.throttled[action] > 0:
            self.throttled[action] -= 1
            raise SignatureError(*_THROTTLED)
        if self.broken[action] > 0:
            self.broken[action] -= 1
            raise SignatureError(*_UNAVAILABLE)
        if action in self.denied:
            raise denied(action)
        if action in self.rate_limits and not self._take(action, self.rate_limits[action], time.monotonic()):
            raise SignatureError(*_THROTTLED)
        if self.fault_rate:
            self._fail_at_random(action, account_id)

    def _take(self, action: str, rate: float, now: float) -> bool:
        """Take a token from the bucket of an operation, which holds those of one second. Return whether it had one."""
        tokens, before = self._tokens.get(action, (max(1.0, rate), now))
        tokens = min(max(1.0, rate), tokens + (now - before) * rate)
        self._tokens[action] = (tokens - 1 if tokens >= 1 else tokens, now)
        return tokens >= 1

    def _fail_at_random(self, action: str, account_id: str) -> None:
        call = account_id, action
        self._counts[call] += 1
        chance = random.Random(f"{self.seed}:{account_id}:{action}:{self._counts[call]}")  # noqa: S311 - not for secrets
        if chance.random() >= self.fault_rate:
            return
        match chance.randrange(4):
            case 0:
                raise SignatureError(*_UNAVAILABLE)
            case 1:
                raise SignatureError(*_THROTTLED)
            case kind:
                raise DroppedConnectionError(half=kind == 2)


def denied(action: str) -> SignatureError:
    """Return the error of a call that the caller may not make."""
    message = f"You are not authorized to do this operation. Action: {permission(action)}"
    return SignatureError(403, "NoPermission", message)


def permission(action: str) -> str:
    """Return the RAM action that an operation requires."""
    return BY_NAME[action].permission if action in BY_NAME else f"ram:{action}"
