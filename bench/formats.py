"""Formats: all of them at once against json alone, and the page of a fleet in a real browser."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from acctgate.render import FORMATS
from bench.browser import Browser, find_chromium
from bench.fleet import write_accounts
from bench.measure import ACCTGATE, ROOT, Ratio, best_of

ACCOUNTS = 1_000
ROUNDS = 5
OPENED = 3
FILTERED = (
    f"""!document.getElementById("filter").hidden && document.querySelectorAll("details.a").length == {ACCOUNTS}"""
)
"""The page shows its filters once its script has run, and every account."""


def formats(folder: Path) -> Iterator[Ratio]:
    """1,000 accounts in every format but html, each to a file of its own, against json alone."""
    check = _check(folder)
    wanted = [name for name in FORMATS if name != "html"]
    everything = [part for name in wanted for part in ("--format", f"{name}={folder / name}")]
    commands = {name: [*check, "--format", f"{name}={folder / name}"] for name in wanted}
    best = best_of({"json": commands["json"], "all": [*check, *everything]}, rounds=ROUNDS)
    alone, together = best["json"].seconds, best["all"].seconds
    ratio = Ratio(f"all formats at once over json alone, {ACCOUNTS:,} accounts", together / alone, 2.5, "")
    parts = "" if ratio.holds else f"; {_parts(commands, alone)}"
    yield replace(ratio, detail=f"[{len(wanted)} formats {together:.3f} s, json {alone:.3f} s{parts}]")


def _parts(commands: Mapping[str, Sequence[str]], json_seconds: float) -> str:
    """Return what each format alone takes longer than json."""
    best = best_of(commands, rounds=2)
    extra = {name: each.seconds - json_seconds for name, each in best.items() if name != "json"}
    return "more than json: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in extra.items())


def page(folder: Path) -> Iterator[Ratio]:
    """Measure the page of 1,000 accounts: its size, and how long a real browser takes to open it."""
    file = folder / "page.html"
    subprocess.run([*_check(folder), "--format", f"html={file}"], cwd=ROOT, stderr=subprocess.DEVNULL, check=False)
    yield Ratio(f"megabytes of the page, {ACCOUNTS:,} accounts", file.stat().st_size / 1e6, 3, "")
    program = find_chromium()
    if program is None:
        print("     Chromium is not installed: the page is not opened")
        return
    with Browser(program, folder) as browser:
        opened = [browser.seconds_to_open(file, FILTERED) for _ in range(OPENED)]
    detail = f"[loaded, script run and drawn; {OPENED} times: {', '.join(f'{each:.2f} s' for each in opened)}]"
    yield Ratio("seconds to open the page in Chromium, the slowest", max(opened), 2, detail)


def _check(folder: Path) -> list[str]:
    write_accounts(file := folder / "fleet.ndjson", ACCOUNTS)
    return [*ACCTGATE, "check", "--snapshot", str(file)]
