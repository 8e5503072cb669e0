"""Run commands in turn and keep the best of each: what is left is the work, not the noise."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACCTGATE = [str(Path(sys.executable).with_name("acctgate"))]


@dataclass(frozen=True)
class Best:
    """The best of several runs."""

    seconds: float
    megabytes: float
    """Peak memory of the run that took most. Linux counts in what the parent had when it forked, so the parent stays
    small: benches import what is heavy only where they need it."""


def best_of(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Best]:
    """Return the best of `rounds` runs of each command, interleaved. Exit statuses 0 and 1 are both verdicts."""
    best: dict[str, Best] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds, megabytes = _run(command)
            before = best.get(name, Best(seconds, megabytes))
            best[name] = Best(min(before.seconds, seconds), max(before.megabytes, megabytes))
    return best


def _run(command: Sequence[str]) -> tuple[float, float]:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


@dataclass(frozen=True)
class Ratio:
    """One figure, and what it may be at most (or, `at_least`, at least)."""

    name: str
    value: float
    limit: float
    detail: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        word = "at least" if self.at_least else "at most"
        sign = "ok  " if self.holds else "MISS"
        return f"{sign} {self.name}: {self.value:.2f} ({word} {self.limit:g}) {self.detail}"
