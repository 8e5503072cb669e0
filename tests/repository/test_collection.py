"""Every process collects the same tests: pytest-xdist ends a run whose workers differ."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support import ROOT


def test_the_tests_depend_neither_on_the_clock_nor_on_the_order_of_a_set(request: pytest.FixtureRequest) -> None:
    """A name made from bytes that hold the time, or from a set, is another one in another process."""
    ours = [item.nodeid for item in request.session.items]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *request.config.args],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    wanted = set(ours)
    assert [line for line in done.stdout.splitlines() if line in wanted] == ours
