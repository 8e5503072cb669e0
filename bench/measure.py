"""Run commands in turn and take the best run of each, which has the least noise."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACCTGATE = [str(Path(sys.executable).with_name("acctgate"))]
_SAMPLE = 0.02
"""Seconds between two measurements of the memory."""


@dataclass(frozen=True)
class Best:
    """The best of several runs."""

    seconds: float
    megabytes: float
    """Peak memory of all processes of a run. Memory that they share counts once."""


def best_of(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Best]:
    """Return the best of `rounds` runs of each command, interleaved. Exit statuses 0 and 1 are both verdicts."""
    best: dict[str, Best] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds = _run(command)
            before = best.get(name, Best(seconds, 0))
            best[name] = Best(min(before.seconds, seconds), before.megabytes)
    # In a run of its own, since measuring the memory takes time.
    return {name: Best(each.seconds, _peak(commands[name])) for name, each in best.items()}


def cpu_of_children() -> float:
    """Return the CPU seconds of the processes that this one has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


@contextmanager
def serve_demo(*options: str) -> Iterator[dict[str, str]]:
    """Serve a demo account, or an organization, in a process of its own. Yield the variables that lead to it."""
    command = [*ACCTGATE, "demo-account", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        lines = [server.stdout.readline().strip() for _ in range(5)]
        pairs = (line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        try:
            yield dict(pairs)
        finally:
            server.terminate()


def _run(command: Sequence[str]) -> float:
    start = time.perf_counter()
    process = _start(command)
    process.wait()
    _check(process, command)
    return time.perf_counter() - start


def _peak(command: Sequence[str]) -> float:
    """Return the most memory in megabytes that a command and its children had at once."""
    process = _start(command)
    peak = _watch(process)
    _check(process, command)
    return peak


def peak_of(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Return the same of a command with an environment of its own, whatever its exit status."""
    return _watch(
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment)
    )


def _watch(process: subprocess.Popen[bytes]) -> float:
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional_set_size, _tree(process.pid))))
        time.sleep(_SAMPLE)
    return peak


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)


def _check(process: subprocess.Popen[bytes], command: Sequence[str]) -> None:
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}")


def _tree(pid: int) -> list[int]:
    """Return a process and those that it started, as Linux lists them."""
    try:
        children = [int(child) for each in Path(f"/proc/{pid}/task").iterdir() for child in _children(each)]
    except OSError:  # it has just ended
        return []
    return [pid, *(process for child in children for process in _tree(child))]


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _proportional_set_size(pid: int) -> float:
    """Return a process's memory in megabytes. Memory that it shares with others counts in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@dataclass(frozen=True)
class Ratio:
    """A figure and its limit: the most that it may be, or with `at_least` the least."""

    name: str
    value: float
    limit: float
    detail: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        word = "at least" if self.at_least else "at most"
        sign = "ok  " if self.holds else "MISS"
        return f"{sign} {self.name}: {self.value:.2f} ({word} {self.limit:g}) {self.detail}"
