"""`acctgate demo-account` as a process: what it prints, its flags, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.support import one_line, run


@contextmanager
def served(*flags: str, end: signal.Signals = signal.SIGTERM, comments: int = 0) -> Iterator[dict[str, str]]:
    """Run a demo account, and yield the variables that it prints.

    After them, it prints this many comments, whose variables are included. It must print nothing at its end.
    """
    command = [sys.executable, "-m", "acctgate", "demo-account", *flags]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    try:
        assert server.stdout is not None
        head, *lines = [server.stdout.readline() for _ in range(5 + comments)]
        exports = [line.removeprefix("export ") for line in lines if line.startswith("export ")]
        notes = [line.removeprefix("# for HTTPS clients: ") for line in lines if line.startswith("# ")]
        assert (len(exports), len(notes)) == (4, comments)
        variables = dict(line.strip().split("=", 1) for line in (*exports, *notes))
        assert head == f"# demo account 1234567890123456 on {variables['ACCTGATE_ENDPOINT']}; press Ctrl-C to stop\n"
        yield variables
    finally:
        os.kill(server.pid, end)
        rest = server.communicate(timeout=30)
    assert (server.returncode, *rest) == (0, "", "")


def check(variables: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Return the exit status and the outcomes of `acctgate check`."""
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


def test_port() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with served("--port", str(port)) as variables:
        assert variables["ACCTGATE_ENDPOINT"] == f"127.0.0.1:{port}"
        done = run("demo-account", "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, f"acctgate: port {port}: ")


def test_tls(tmp_path: Path) -> None:
    folder = tmp_path / "new/tls"
    with served("--compliant", "--tls", str(folder), comments=1) as variables:
        certificate = Path(variables.pop("SSL_CERT_FILE"))
        assert certificate.parent == folder
        context = ssl.create_default_context(cafile=certificate)
        with pytest.raises(HTTPError) as caught:  # an answer, so the certificate is trusted
            urlopen(f"https://{variables['ACCTGATE_ENDPOINT']}/", context=context, timeout=30)
        assert caught.value.code in (400, 404)
        caught.value.close()
        assert check(variables)[0] == 0, "plain HTTP on the same port"


def test_tls_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("demo-account", "--tls", str(tmp_path / "file"))
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: ", "file")


def test_an_organization() -> None:
    flags = ("--accounts", "20", "--latency", "1ms", "--fault-rate", "0.01", "--seed", "7")
    command = [sys.executable, "-m", "acctgate", "demo-account", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(6)]
        server.terminate()
    assert lines[0].startswith("# demo account 1234567890123456 on 127.0.0.1:")
    assert lines[-1] == "# management account of an organization with 20 members\n"


@pytest.mark.parametrize("latency", ["50", "61s", "-1ms"])
def test_an_invalid_latency(latency: str) -> None:
    done = run("demo-account", "--latency", latency)
    assert done.returncode == 2
    one_line(done.stderr, f"--latency {latency}: invalid latency; use 50ms or 0.5s, at most 60s")
