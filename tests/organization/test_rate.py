"""The rate of an operation: free at first, then what the API accepts."""

from __future__ import annotations

import pytest

from acctgate.organization import rate
from acctgate.organization.rate import Rate


class _Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    """Let the rate see a clock that stands still."""
    found = _Clock()
    monkeypatch.setattr(rate, "time", found)
    return found


def _window(each: Rate, clock: _Clock, accepted: int, refused: int) -> None:
    """Count the answers of a second: the refused ones first."""
    clock.now += 1
    for number in range(accepted + refused):
        each.count(throttled=number < refused)
    clock.now += 1
    each.count(throttled=False)


def test_without_throttling_there_is_no_limit(clock: _Clock) -> None:
    each = Rate()
    _window(each, clock, 500, 0)
    assert each._limit is None
    assert [each.reserve() for _ in range(100)] == [0.0] * 100


def test_throttling_lowers_the_rate_to_what_is_accepted_and_it_rises_again(clock: _Clock) -> None:
    each = Rate()
    _window(each, clock, 100, 100)
    assert each._limit is not None and each._limit < 200
    lowest = each._limit
    for _ in range(5):
        _window(each, clock, 20, 0)
    assert each._limit > lowest


def test_a_few_throttled_calls_change_nothing(clock: _Clock) -> None:
    each = Rate()
    for _ in range(5):
        _window(each, clock, 19, 1)
    assert each._limit is None


def test_calls_are_spread_over_time(clock: _Clock) -> None:
    each = Rate()
    _window(each, clock, 0, 20)
    assert each._limit is not None
    waits = [each.reserve() for _ in range(3)]
    assert waits == pytest.approx([0, 1 / each._limit, 2 / each._limit])


def test_the_rate_never_falls_to_nothing(clock: _Clock) -> None:
    each = Rate()
    for _ in range(50):
        _window(each, clock, 0, 20)
    assert each._limit is not None and each._limit >= 10
