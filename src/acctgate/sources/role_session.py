"""The keys of an assumed role, renewed before they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from acctgate.sources.call_error import CallError, expect
from acctgate.sources.deadline import Deadline
from acctgate.sources.operations import ASSUME_ROLE, Operation
from acctgate.sources.signature import Keys

SESSION_SECONDS: Final = 3600
"""How long a session lasts by default. Roles allow at least this, and a session that assumes a role no more."""
_MARGIN: Final = 60.0
"""Seconds before its end at which a session is renewed."""
ENDED: Final = ("InvalidSecurityToken", "InvalidAccessKeyId", "SecurityTokenExpired")
"""The beginnings of the codes that answer a session that ended."""


class RoleSession:
    """Assumes a role, and again before the session ends."""

    def __init__(
        self,
        call: Callable[[Operation, dict[str, str], Deadline | None], Any],
        role_arn: str,
        seconds: int,
        protect: Callable[..., None],
    ) -> None:
        """Prepare to assume the role.

        Args:
            call: Calls an operation with the keys that assume the role.
            role_arn: The role.
            seconds: How long a session lasts, from 900 to the role's limit.
            protect: Redacts the session's keys from now on.
        """
        self._call, self._role_arn, self._seconds, self._protect = call, role_arn, seconds, protect
        self._lock = threading.Lock()
        self._keys: Keys | None = None
        self._renew_at = 0.0

    def keys(self, deadline: Deadline | None = None) -> Keys:
        """Return keys that are valid for the next calls.

        Raises:
            CallError: The role cannot be assumed.
        """
        with self._lock:
            if self._keys is None or time.monotonic() >= self._renew_at:
                self._keys = self._assume(deadline)
            return self._keys

    def renew(self, ended: Keys) -> None:
        """Give up keys that the API no longer accepts. Those of a session that is newer stay."""
        with self._lock:
            if self._keys == ended:
                self._keys = None

    def _assume(self, deadline: Deadline | None) -> Keys:
        query = {"RoleArn": self._role_arn, "RoleSessionName": "acctgate", "DurationSeconds": str(self._seconds)}
        began = time.monotonic()
        found = expect(ASSUME_ROLE, self._call(ASSUME_ROLE, query, deadline), "Credentials", dict)
        names = ("AccessKeyId", "AccessKeySecret", "SecurityToken")
        keys = Keys(*(expect(ASSUME_ROLE, found, name, str) for name in names))
        self._protect(*keys)
        self._renew_at = began + self._lifetime(found.get("Expiration")) - _MARGIN
        return keys

    def _lifetime(self, expiration: object) -> float:
        """Return how long a session lasts, in seconds.

        `Expiration` is of the server's clock. If this machine's is off, it may name a moment that has passed: then the
        requested time counts, and a session that ends earlier is renewed when the API refuses it.
        """
        try:
            end = datetime.fromisoformat(str(expiration))
        except ValueError:
            return self._seconds
        seconds = (end - datetime.now(UTC)).total_seconds() if end.tzinfo else 0
        return min(seconds, self._seconds) if seconds > 2 * _MARGIN else self._seconds


def is_ended(error: CallError) -> bool:
    """Return whether the API refuses a call because its session ended."""
    return error.error["code"].startswith(ENDED)
