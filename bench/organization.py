"""An organization on the demo server at 50 ms: the time to read it, and the memory that it takes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from acctgate.sources.operations import PREFERENCE
from acctgate.sources.signature import Keys, sign
from bench.measure import ACCTGATE, Ratio, cpu_of_children, peak_of, serve_demo

ACCOUNTS = int(os.environ.get("ACCTGATE_BENCH_ACCOUNTS", "1000"))
CONCURRENCY = 64
LATENCY = 0.05
CALLS = 11
"""Calls for an account: AssumeRole, GetCallerIdentity, and those of the sections."""


def organization(folder: Path) -> Iterator[Ratio]:
    """Read an organization as one command, and compare the time with what the network alone takes."""
    output = folder / "accounts.ndjson"
    command = [*ACCTGATE, "snapshot", "--organization", "--concurrency", str(CONCURRENCY), "--output", str(output)]
    began = cpu_of_children()
    with _serve(ACCOUNTS) as environment:
        seconds, used = _run(command, environment)
    serving = cpu_of_children() - began - used
    calls = ACCOUNTS * CALLS
    network, signing = calls * LATENCY / CONCURRENCY, calls * _signing_seconds()
    detail = (
        f"[{seconds:.1f} s for {calls:,} calls, of which CPU {used:.1f} s; the network alone {network:.1f} s, "
        f"signing {signing:.1f} s; CPU of the demo server {serving:.1f} s]"
    )
    yield Ratio("time to read an organization over the network's", seconds / max(network, signing), 1.5, detail)
    with _serve(ACCOUNTS) as environment:
        megabytes = peak_of([*command, "--force"], environment)
    yield Ratio("megabytes to read an organization", megabytes, 300, f"[{ACCOUNTS:,} accounts]")


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run a command that reads accounts. Return its seconds, and those of the CPU."""
    began, used = time.perf_counter(), cpu_of_children()
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - began, cpu_of_children() - used


def growth(folder: Path) -> Iterator[Ratio]:
    """Read ten times as many accounts: the time for each must not grow, and memory must stay within the same limit."""
    few, many = (_seconds_and_megabytes(count, folder / f"{count}.ndjson") for count in (ACCOUNTS, 10 * ACCOUNTS))
    detail = f"[{ACCOUNTS:,} accounts {few[0]:.1f} s, {10 * ACCOUNTS:,} accounts {many[0]:.1f} s]"
    yield Ratio("time to read ten times as many accounts, over ten times the time", many[0] / few[0] / 10, 1.2, detail)
    detail = f"[{10 * ACCOUNTS:,} accounts; {few[1]:.0f} MB for {ACCOUNTS:,}]"
    yield Ratio("megabytes to read a large organization", many[1], 300, detail)


def _seconds_and_megabytes(accounts: int, output: Path) -> tuple[float, float]:
    with _serve(accounts) as environment:
        options = ("--organization", "--concurrency", str(CONCURRENCY), "--output", str(output))
        began = time.perf_counter()
        megabytes = peak_of([*ACCTGATE, "snapshot", *options], environment)
        seconds = time.perf_counter() - began
    with output.open("rb") as lines:
        if (found := sum(1 for _ in lines)) != accounts + 1:  # with the management account
            raise SystemExit(f"{found:,} of {accounts + 1:,} accounts were read")
    return seconds, megabytes


def _signing_seconds() -> float:
    """Return how long it takes to sign a call."""
    keys = Keys("STS.key", "secret" * 5, "token" * 80)
    began = time.process_time()
    for _ in range(1000):
        sign(PREFERENCE, "127.0.0.1:1", {}, keys)
    return (time.process_time() - began) / 1000


@contextmanager
def _serve(accounts: int) -> Iterator[dict[str, str]]:
    """Serve the organization in a process of its own, and yield the environment that leads to it."""
    with serve_demo("--accounts", str(accounts), "--latency", f"{LATENCY * 1000:.0f}ms") as demo:
        yield {**os.environ, **demo}
