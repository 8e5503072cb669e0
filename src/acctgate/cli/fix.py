"""The command `acctgate fix`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from acctgate.cli.support.accounts import read_accounts, single_account, source_options
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.inputs import policy, require_expected
from acctgate.cli.support.live_options import Live, live_options, note_unused
from acctgate.cli.support.options import file_option, force_option, max_age_option, only_account_option, policy_option
from acctgate.cli.support.output import write_text
from acctgate.cli.support.progress import READING, progress
from acctgate.fix.detect import detect_target
from acctgate.fix.propose import propose
from acctgate.fix.targets import TARGETS
from acctgate.model.optional_sections import Extras


@click.command(
    "fix",
    cls=WithExamples,
    short_help="Print the resource that makes an account satisfy the policy.",
    examples=(
        "acctgate fix --output repair.py  # for the live account",
        "acctgate fix --to terraform --snapshot prod.json",
    ),
)
@click.option(
    "--to",
    "language",
    type=click.Choice(tuple(TARGETS)),
    help="The tool and language of the resource.  [default: those of this directory, else pulumi-python]",
)
@source_options
@only_account_option
@max_age_option
@policy_option
@file_option
@force_option
@live_options
def command(
    language: str | None,
    responses: tuple[str, ...],
    snapshots: tuple[str, ...],
    policy_file: Path | None,
    output: Path | None,
    live: Live,
) -> None:
    """Print the resources that make one account satisfy the policy: SecurityPreference and PasswordPolicy.

    The first declares the settings that do not comply, and always masks and session duration. Findings that no resource
    can repair follow as manual steps. Exit status: 0 printed; 2 any error.
    """
    if responses or snapshots:
        note_unused("the account is read from files")
    wanted = policy(policy_file)
    now = datetime.now(UTC)
    with progress(READING) as shown:
        accounts = read_accounts(responses, snapshots, live, now, shown.say, Extras(wanted.sections))
        account = single_account(accounts, "fix takes one at a time")
    require_expected(account.account_id)
    target = TARGETS[language or detect_target(Path.cwd())]
    write_text(target.render(propose(account, wanted, now)), output)
