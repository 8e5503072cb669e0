"""Reading an organization over a bad network: throttling, broken connections, sessions that end, and kill -9.

Every account appears exactly once, and each verdict equals that of an undisturbed run. FAULT_ACCOUNTS sets the
number of accounts, 40 without it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.demo import DemoOrganization, DemoServer
from tests.support.process import Done, run_here

ACCOUNTS: Final = int(os.environ.get("FAULT_ACCOUNTS", "40"))
KILLS: Final = 2 + ACCOUNTS // 100
CHECK: Final = ("--policy", "strict", "--format", "json")


@contextmanager
def _serve() -> Iterator[DemoServer]:
    """Serve an organization with every kind of trouble, and shorten the pauses of the client."""
    with DemoServer(organization=DemoOrganization(ACCOUNTS)) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        patch.setattr("acctgate.sources.retry._BACKOFF", 0.01)
        yield running


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """Serve the organization."""
    with _serve() as running:
        yield running


def _snapshot(path: Path, *options: str) -> Done:
    return run_here("snapshot", "--organization", "--concurrency", "32", "--output", path, *options)


def _verdicts(path: Path) -> dict[str, Any]:
    """Return what was judged of each account: its outcomes without request ids."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({line["account_id"] for line in lines}) == len(lines) == ACCOUNTS + 1
    report = json.loads(run_here("check", "--snapshot", path, *CHECK).stdout)
    assert len(report["accounts"]) == ACCOUNTS + 1
    return {
        each["account"]: [(found["rule"], found["outcome"], found["actual"]) for found in each["outcomes"]]
        for each in report["accounts"]
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the verdicts of a run without faults."""
    path = tmp_path_factory.mktemp("undisturbed") / "a.ndjson"
    with _serve():
        assert _snapshot(path).status in (0, 3)
        return _verdicts(path)


def test_a_throttling_storm(server: DemoServer, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    server.rate_limits["GetSecurityPreference"] = max(40.0, ACCOUNTS / 10)
    server.throttled["AssumeRole"] = server.throttled["GetPasswordPolicy"] = ACCOUNTS
    _snapshot(tmp_path / "a.ndjson")
    assert _verdicts(tmp_path / "a.ndjson") == undisturbed


def test_broken_and_half_closed_connections(server: DemoServer, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    server.fault_rate = 0.05
    _snapshot(tmp_path / "a.ndjson")
    server.fault_rate = 0.0
    assert _verdicts(tmp_path / "a.ndjson") == undisturbed


def test_sessions_that_end_midway(server: DemoServer, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    find, chance = server.sessions.find, random.Random(7)

    def end_some(key: str, token: str | None, now: Any) -> Any:
        return find(key, token, now + timedelta(days=1) if token and chance.random() < 0.02 else now)

    server.sessions.find = end_some  # type: ignore[method-assign]
    server.calls.clear()
    _snapshot(tmp_path / "a.ndjson")
    assert server.calls["AssumeRole"] > ACCOUNTS + 1
    assert _verdicts(tmp_path / "a.ndjson") == undisturbed


def test_kill_at_random_moments(server: DemoServer, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    server.latency = timedelta(milliseconds=20)
    path, chance = tmp_path / "a.ndjson", random.Random(11)
    command = [sys.executable, "-m", "acctgate", "snapshot", "--organization", "--resume", "--output", str(path)]
    for _ in range(KILLS):
        seen = path.stat().st_size if path.exists() else 0
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and (not path.exists() or path.stat().st_size <= seen):
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
    lines = path.read_bytes().splitlines(keepends=True)
    written = [json.loads(line)["account_id"] for line in lines if line.endswith(b"\n")]
    assert written
    server.latency = timedelta()
    server.calls.clear()
    assert _snapshot(path, "--resume").status in (0, 3)
    assert server.calls["GetSecurityPreference"] <= ACCOUNTS + 1 - len(written), "no account is read twice"
    assert _verdicts(path) == undisturbed
