"""`acctgate demo-account` as a process: what it prints, its flags, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support import one_line, run


@contextmanager
def served(*flags: str, end: signal.Signals = signal.SIGTERM) -> Iterator[dict[str, str]]:
    """The variables that a running demo account prints. At the end it is ended, and must say nothing more."""
    command = [sys.executable, "-m", "acctgate", "demo-account", *flags]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    try:
        assert server.stdout is not None
        head, *exports = [server.stdout.readline() for _ in range(5)]
        variables = dict(line.removeprefix("export ").strip().split("=", 1) for line in exports)
        assert head == f"# demo account 1234567890123456 on {variables['ACCTGATE_ENDPOINT']}; Ctrl-C ends it\n"
        yield variables
    finally:
        os.kill(server.pid, end)
        rest = server.communicate(timeout=30)
    assert (server.returncode, *rest) == (0, "", "")


def check(variables: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """What `acctgate check` makes of it, by the preset baseline."""
    done = run("check", "--format", "json", environment=variables)
    [account] = json.loads(done.stdout)["accounts"]
    return done.returncode, {outcome["rule"]: outcome for outcome in account["outcomes"]}


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_ended(end: signal.Signals) -> None:
    with served(end=end) as variables:
        assert sorted(variables) == [
            "ACCTGATE_ENDPOINT",
            "ALIBABA_CLOUD_ACCESS_KEY_ID",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED",
        ]
        code, outcomes = check(variables)
    assert (code, outcomes["root-mfa"]["outcome"]) == (1, "fail")


def test_compliant() -> None:
    with served("--compliant") as variables:
        assert check(variables)[0] == 0


def test_deny() -> None:
    with served("--compliant", "--deny", "GetSecurityPreference", "--deny", "ListCompliancePacks") as variables:
        code, outcomes = check(variables)
    assert (code, outcomes["login-mfa"]["outcome"], outcomes["root-mfa"]["outcome"]) == (3, "unknown", "pass")
    assert "ram:GetSecurityPreference" in outcomes["login-mfa"]["message"]


@pytest.mark.parametrize(("times", "code"), [("2", 0), ("1000", 3)])
def test_throttle(times: str, code: int) -> None:
    """A little is retried, too much is unknown."""
    with served("--compliant", "--throttle", f"GetSecurityPreference={times}") as variables:
        found, outcomes = check(variables)
    assert found == code
    assert ("Throttling.User" in outcomes["login-mfa"]["message"]) == bool(code)


def test_a_port_of_ones_choice() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with served("--port", str(port)) as variables:
        assert variables["ACCTGATE_ENDPOINT"] == f"127.0.0.1:{port}"
        done = run("demo-account", "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, f"acctgate: port {port}: ")
