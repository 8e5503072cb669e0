"""`make conformance`: thousands of generated deploys on the real engine. Exit status 1 for a wrong prediction."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pulumi.automation.errors import CommandError

from tests.conformance import run, terraform
from tests.conformance.cases import Case, Options, cases, options
from tests.conformance.tally import Tally

Deploy = Callable[[Sequence[Case], Options, Tally], object]
BATCH: Final = 5 if run.REAL_PLUGIN else 25
"""Cases in one run of the engine. The real plugin runs in a process for each case."""
TERRAFORM_BATCH: Final = 8
"""Cases in one run of Terraform, which starts the real provider for each."""


def main() -> int:
    """Generate, predict, deploy and compare. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make conformance", description=__doc__)
    parser.add_argument("--deploys", type=int, default=2000, help="How many deploys of Pulumi are generated.")
    parser.add_argument("--terraform", type=int, default=160, help="How many deploys of Terraform, if it is on PATH.")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tally = Tally()
    _generate(run.deploy, arguments.deploys, BATCH, arguments.seed, tally)
    if terraform.AVAILABLE:
        _generate(terraform.deploy, arguments.terraform, TERRAFORM_BATCH, arguments.seed, tally)
    print(f"{arguments.deploys:,} deploys; {tally}")
    for reason, count in tally.reasons.most_common(40):
        print(f"{count:6,} {reason}")
    return 1 if tally.wrong or tally.refused else 0


def _generate(deploy: Deploy, deploys: int, batch_size: int, start: int, tally: Tally) -> None:
    """Generate cases in batches of one run each, and deploy them."""
    if deploys < batch_size:
        return
    started = time.monotonic()
    versions = (None,) if deploy is terraform.deploy else run.plugin_versions()

    @seed(start)
    @settings(
        max_examples=deploys // batch_size,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(batch=st.lists(cases(versions=versions), min_size=batch_size, max_size=batch_size), how=options(batch_size))
    def generated(batch: list[Case], how: Options) -> None:
        before = len(tally.wrong)
        try:
            deploy(batch, how, tally)
        except (CommandError, terraform.TerraformError) as error:
            print(f"REFUSED {how}: {error}")
            tally.refused += 1
        for line in tally.wrong[before : before + 5]:
            print(f"WRONG {line}")
        print(f"{time.monotonic() - started:6.0f} s  {how}  {tally}", flush=True)

    generated()


if __name__ == "__main__":
    sys.exit(main())
