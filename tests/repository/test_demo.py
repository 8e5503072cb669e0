"""The whole loop of `make demo`: blocked → diff → repaired plan passes → up changes the account → it complies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine
ROOT = Path(__file__).resolve().parents[2]


def test_the_loop_is_closed() -> None:
    done = subprocess.run(
        [sys.executable, "tools/demo.py"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    output = done.stdout
    order = ["BLOCKED", "mfa_operation_for_login", "repaired: login-mfa", "PASSED", "2 create", "The loop is closed."]
    places = [output.find(words) for words in order]
    assert -1 not in places, output
    assert "Traceback" not in done.stderr
