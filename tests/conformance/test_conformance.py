"""The short form of `make conformance`: two runs of the engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.engine


def test_no_prediction_is_wrong() -> None:
    """Run it in a process of its own: it sets variables and keeps the SDK's connection to the engine."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance", "--deploys", "50", "--terraform", "0", "--seed", "3"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=540,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = next(line for line in done.stdout.splitlines() if line.startswith("50 deploys; "))
    for path in ("pack", "preview --json", "--save-plan"):
        match = re.search(rf"{path}: [\d,]+ settings: ([\d,]+) right", last)
        assert match and int(match[1].replace(",", "")) > 100, last
