"""Waiting between calls."""

from __future__ import annotations

import pytest

from acctgate.sources import retry
from acctgate.sources.deadline import Deadline


class _Clock:
    """Records pauses instead of making them."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Record a pause."""
        self.pauses.append(seconds)


def test_only_a_pause_that_the_deadline_allows_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock()
    monkeypatch.setattr(retry, "time", clock)
    deadline = Deadline.after(60)
    assert [retry.wait(seconds, deadline) for seconds in (0.0, 0.5, 60.0)] == [True, True, False]
    assert not retry.wait(0.0, Deadline.after(0))
    assert clock.pauses == [0.5], "without a limit, a call must not give way to all other threads first"
