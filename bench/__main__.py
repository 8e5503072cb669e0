"""make bench: every figure is a ratio or a difference within one run, so that machines can be compared."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.fleet import fleet, startup
from bench.preview import previews

BENCHES = {"startup": startup, "fleet": fleet, "previews": previews}


def main() -> int:
    """Run the benches that are named, or all. Returns 1 where a limit is missed."""
    wanted = sys.argv[1:] or list(BENCHES)
    missed = False
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="acctgate-bench-") as folder:
            for ratio in BENCHES[name](Path(folder)):
                print(ratio, flush=True)
                missed |= not ratio.holds
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
