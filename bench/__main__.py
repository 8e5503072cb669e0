"""Run the benchmarks. Every figure is a ratio or a difference within one run, so it is comparable between machines."""

from __future__ import annotations

import compileall
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import click

from bench.measure import ROOT

# Imported only when they run: some need Pulumi.
BENCHES = {
    "startup": "bench.fleet",
    "fleet": "bench.fleet",
    "formats": "bench.formats",
    "judging": "bench.judging",
    "organization": "bench.organization",
    "growth": "bench.organization",
    "page": "bench.formats",
    "plan": "bench.plan",
    "preview_of_many": "bench.preview",
    "previews": "bench.preview",
    "resources": "bench.plan",
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHES)))
def main(names: tuple[str, ...]) -> None:
    """Run the named benchmarks, or all. The exit status is 1 if one misses its limit."""
    compileall.compile_dir(ROOT / "src", quiet=1)  # as in an installed acctgate, and in what it is compared with
    missed = False
    for name in names or BENCHES:
        with tempfile.TemporaryDirectory(prefix="acctgate-bench-") as folder:
            for ratio in getattr(import_module(BENCHES[name]), name)(Path(folder)):
                print(ratio, flush=True)
                missed |= not ratio.holds
    sys.exit(int(missed))


if __name__ == "__main__":
    main(prog_name="python -m bench")
