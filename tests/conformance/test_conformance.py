"""The short form of `make conformance`: two runs of the engine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.engine


def test_no_prediction_is_wrong() -> None:
    """Run it in a process of its own: it sets variables and keeps the SDK's connection to the engine."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance", "--deploys", "50", "--seed", "3"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=540,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = next(line for line in done.stdout.splitlines() if line.startswith("50 deploys; "))
    assert int(last.split(" settings: ")[1].split(" right")[0].replace(",", "")) > 100, last
