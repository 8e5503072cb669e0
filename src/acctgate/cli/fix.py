"""acctgate fix"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.accounts import read_accounts, single_account, source_options
from acctgate.cli.examples import WithExamples
from acctgate.cli.options import live_options, policy, policy_option
from acctgate.cli.progress import READING, progress
from acctgate.fix.targets import TARGETS

if TYPE_CHECKING:
    pass


@click.command(
    "fix",
    cls=WithExamples,
    short_help="The resource that would satisfy the policy.",
    examples=(
        "acctgate fix --output repair.py  # of the live account",
        "acctgate fix --to terraform --snapshot prod.json",
    ),
)
@click.option(
    "--to", "language", type=click.Choice(tuple(TARGETS)), default="pulumi-python", show_default=True,
    help="What the resource is printed as.",
)  # fmt: skip
@source_options
@policy_option
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where the resource goes.  [default: stdout]"
)
@live_options
def command(
    language: str, responses: tuple[str, ...], snapshots: tuple[str, ...], policy_file: Path | None,
    output: Path | None, region: str | None, role_arn: str | None, endpoint: str | None,
) -> None:  # fmt: skip
    """Print the SecurityPreference resource that would make one account satisfy the policy.

    It declares what does not comply, and always masks and session duration. What no resource can repair stands
    below it, as steps for a person. Exit status: 0 printed; 2 unreadable.
    """
    from datetime import UTC, datetime

    from acctgate.cli.output import write_text
    from acctgate.fix.propose import propose

    wanted = policy(policy_file)
    now = datetime.now(UTC)
    with progress(READING) as shown:
        account = single_account(
            read_accounts(responses, snapshots, (region, role_arn, endpoint), now, shown.say), "fix takes one at a time"
        )
    write_text(TARGETS[language].render(propose(account, wanted, now)), output)
