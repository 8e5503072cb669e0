"""Calls that are made at the same time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from acctgate.sources.call_error import no_answer
from acctgate.sources.live_account import run_parallel
from acctgate.sources.operations import IDENTITY


@pytest.mark.parametrize("parallel", [1, 3])
def test_results_are_in_order_and_a_failed_call_is_one(parallel: int) -> None:
    failed = no_answer(IDENTITY, "sts.aliyuncs.com", "timeout")

    def fail() -> None:
        raise failed

    calls: list[Callable[[], object]] = [*(partial(int, str(number)) for number in range(9)), fail]
    assert run_parallel(calls, parallel) == [*range(9), failed]


@pytest.mark.parametrize("parallel", [1, 3])
def test_what_a_call_raises_beyond_that_is_raised_as_it_is(parallel: int) -> None:
    """Even if it is what an empty queue raises."""
    with pytest.raises(IndexError, match="pop from empty list"):
        run_parallel([[].pop, lambda: 1], parallel)
