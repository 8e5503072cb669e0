"""Test that a process ends with the one that has started it."""

from __future__ import annotations

import subprocess
import sys

import pytest

_CHILD = """
import time
from acctgate.crossguard.parent_process import end_with_parent
end_with_parent()
print("started", flush=True)
time.sleep({seconds})
print("still there", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the id of a parent that has ended")
def test_it_ends_with_its_parent() -> None:
    child = _CHILD.format(seconds=60)
    parent = (
        f"import os, subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {child!r}])\nos.read(0, 1)\nos._exit(0)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        written, _ = process.communicate("x", timeout=30)  # returns once the child has closed its output too
    assert written == ""


def test_it_goes_on_while_its_parent_lives() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD.format(seconds=2.5)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "started\nstill there\n"
