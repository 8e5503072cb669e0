"""Judging stored snapshots: how many a core judges in a second, whether all cores do, and whether memory stays flat."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.fleet import write_accounts
from bench.measure import ACCTGATE, ROOT, Ratio, cpu_of_children, peak_of

SNAPSHOTS = int(os.environ.get("ACCTGATE_BENCH_SNAPSHOTS", "100000"))
ROUNDS = 3
POLICY = """
version: 1
extends: strict
rules:
  verification-types: {level: advisory, require: [sms]}
  user-sso: {level: advisory, require: true}
  access-key-networks: {level: advisory}
"""
"""All rules: those that the strictest preset leaves out, too."""


def judging(folder: Path) -> Iterator[Ratio]:
    """Judge 100,000 snapshots with all rules in as many processes as there are cores."""
    cores = len(os.sched_getaffinity(0))
    policy, many, few = folder / "policy.yaml", folder / "many.ndjson", folder / "few.ndjson"
    policy.write_text(POLICY)
    write_accounts(many, SNAPSHOTS)
    write_accounts(few, SNAPSHOTS // 10)
    # CPU time does not depend on what else the machine does. Of several runs, the best has the least noise.
    cpu, wall = min(_times(_check(policy, many)) for _ in range(ROUNDS))
    detail = f"[{SNAPSHOTS:,} in {wall:.1f} s, {cpu:.1f} s of CPU time on {cores} cores]"
    yield Ratio("snapshots judged a second per core", SNAPSHOTS / cpu, 8000, detail, at_least=True)
    yield Ratio("cores used, of those there are", cpu / wall / cores, 0.8, detail, at_least=True)
    peak, base = (peak_of(_check(policy, file), os.environ) for file in (many, few))
    detail = f"[{peak:.0f} MB for {SNAPSHOTS:,}, {base:.0f} MB for {SNAPSHOTS // 10:,}]"
    yield Ratio("memory for ten times as many snapshots", peak / base, 1.2, detail)


def _check(policy: Path, file: Path) -> list[str]:
    return [*ACCTGATE, "check", "--policy", str(policy), "--snapshot", str(file)]


def _times(command: list[str]) -> tuple[float, float]:
    """Return the CPU time of a command and its processes, and its duration, in seconds."""
    before, start = cpu_of_children(), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, check=False)
    wall, cpu = time.perf_counter() - start, cpu_of_children() - before
    if done.returncode != 1:
        raise SystemExit(done.stderr.decode())
    return cpu, wall
