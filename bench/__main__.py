"""Run the benchmarks. Every figure is a ratio or a difference within one run, so it is comparable between machines."""

from __future__ import annotations

import compileall
import sys
import tempfile
from importlib import import_module
from pathlib import Path

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


def main() -> int:
    """Run the named benchmarks, or all. Return 1 if one misses its limit."""
    compileall.compile_dir(ROOT / "src", quiet=1)  # as in an installed acctgate, and in what it is compared with
    wanted = sys.argv[1:] or list(BENCHES)
    missed = False
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="acctgate-bench-") as folder:
            for ratio in getattr(import_module(BENCHES[name]), name)(Path(folder)):
                print(ratio, flush=True)
                missed |= not ratio.holds
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
