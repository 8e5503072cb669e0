"""Formats: all of them at once against json alone, and the page of a fleet in a real browser."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from acctgate.render import FORMATS
from bench.fleet import account
from bench.measure import ACCTGATE, Ratio, best_of

ACCOUNTS = 1_000
ROUNDS = 7


def formats(folder: Path) -> Iterator[Ratio]:
    """1,000 accounts in every format but html, each to a file of its own, against json alone."""
    check = _check(folder)
    wanted = [name for name in FORMATS if name != "html"]
    everything = [part for name in wanted for part in ("--format", f"{name}={folder / name}")]
    best = best_of(
        {"json": [*check, "--format", f"json={folder / 'json'}"], "all": [*check, *everything]}, rounds=ROUNDS
    )
    alone, together = best["json"].seconds, best["all"].seconds
    detail = f"[{len(wanted)} formats {together:.3f} s, json {alone:.3f} s]"
    yield Ratio(f"all formats at once over json alone, {ACCOUNTS:,} accounts", together / alone, 2.0, detail)


def _check(folder: Path) -> list[str]:
    file = folder / "fleet.ndjson"
    chance = random.Random(1)
    file.write_text("".join(json.dumps(account(chance, number)) + "\n" for number in range(ACCOUNTS)))
    return [*ACCTGATE, "check", "--snapshot", str(file)]
