"""`make conformance`: thousands of generated deploys on the real engine. Exit status 1 for a wrong prediction."""

from __future__ import annotations

import argparse
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.conformance.deploys import Case, Options, Tally, cases, options
from tests.conformance.run import deploy

BATCH = 25
"""Cases in one run of the engine."""


def main() -> int:
    """Generate, predict, deploy and compare. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make conformance", description=__doc__)
    parser.add_argument("--deploys", type=int, default=2000, help="How many deploys are generated.")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tally, started = Tally(), time.monotonic()
    runs = max(1, arguments.deploys // BATCH)

    @seed(arguments.seed)
    @settings(
        max_examples=runs,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(batch=st.lists(cases(), min_size=BATCH, max_size=BATCH), how=options(BATCH))
    def run(batch: list[Case], how: Options) -> None:
        before = len(tally.wrong)
        deploy(batch, how, tally)
        for line in tally.wrong[before : before + 5]:
            print(f"WRONG {line}")
        print(f"{time.monotonic() - started:6.0f} s  {how}  {tally}", flush=True)

    run()
    print(f"{runs * BATCH:,} deploys; {tally}")
    for reason, count in tally.reasons.most_common(20):
        print(f"{count:6,} {reason}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
