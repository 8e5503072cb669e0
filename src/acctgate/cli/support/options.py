"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

import click

from acctgate.cli.support.completion import files, one_of
from acctgate.cli.support.option_group import Decorator
from acctgate.cli.support.output import OVERWRITE, Color, OutputFile
from acctgate.frameworks import FRAMEWORKS
from acctgate.language import LANGUAGES
from acctgate.model.credential_report import Names
from acctgate.policy.command_line import (
    ACCOUNTS_VARIABLE,
    MAX_AGE_VARIABLE,
    NAMES_VARIABLE,
    parse_account,
    parse_max_age,
)
from acctgate.render import BINARY, FORMATS

LANGUAGE_VARIABLE: Final = "ACCTGATE_LANGUAGE"


def _use_accounts(ctx: click.Context, parameter: click.Parameter, accounts: tuple[str, ...]) -> None:
    """Pass the accounts on in the environment, which the policy pack inherits: it is another process."""
    try:
        given = " ".join(map(parse_account, accounts))
    except ValueError as error:
        raise click.UsageError(f"--account {error}") from None
    if accounts:
        os.environ[ACCOUNTS_VARIABLE] = given


def _use_max_age(ctx: click.Context, parameter: click.Parameter, duration: str | None) -> None:
    """Pass the limit on in the environment, which the policy pack inherits: it is another process."""
    if duration is None:
        return
    try:
        parse_max_age(duration)
    except ValueError as error:
        raise click.UsageError(f"--max-age {error}") from None
    os.environ[MAX_AGE_VARIABLE] = duration


def _use_names(ctx: click.Context, parameter: click.Parameter, names: str | None) -> None:
    """Pass the choice on in the environment, which the policy pack inherits: it is another process."""
    if names is not None:
        os.environ[NAMES_VARIABLE] = names


def _account_option(otherwise: str) -> Decorator:
    return click.option(
        "--account",
        multiple=True,
        metavar="ID",
        expose_value=False,
        callback=_use_accounts,
        help=f"The expected account: any other one is {otherwise}. Repeatable.",
    )


def _policy_option(what: str) -> Decorator:
    return click.option(
        "--policy",
        "policy_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"{what}.  [default: policies/policy.yaml of the repository]",
    )


def _output_option(what: str) -> Decorator:
    return click.option(
        "--output", "-o", type=OutputFile(), metavar="FILE", help=f"{what}; - is stdout.  [default: stdout]"
    )


def snapshot_option(help_text: str) -> Decorator:
    """Return the option --snapshot, which may be given several times."""
    return click.option("--snapshot", "snapshots", multiple=True, metavar="FILE", shell_complete=files, help=help_text)


def kind_option(*names: str) -> Decorator:
    """Return the option --format of commands with one output in one of these formats; the first is the default."""
    return click.option(
        "--format",
        "-f",
        "kind",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="The format of the output.",
    )


account_option = _account_option("a violation of account-identity")
only_account_option = _account_option("an error")
max_age_option = click.option(
    "--max-age",
    envvar=MAX_AGE_VARIABLE,
    metavar="DURATION",
    expose_value=False,
    callback=_use_max_age,
    help="Snapshots that are older are unknown: 90m, 24h or 7d. Overrides the policy's max_age_hours.",
)
names_option = click.option(
    "--names",
    is_flag=False,
    flag_value="clear",
    type=click.Choice(get_args(Names)),
    envvar=NAMES_VARIABLE,
    expose_value=False,
    callback=_use_names,
    help="Name the users behind violations, from the credential report; hash: with pseudonyms. Needs "
    "ram:GetCredentialReport and ram:GenerateCredentialReport. Overrides the policy's names.",
)
policy_option = _policy_option("A policy file, or the preset baseline or strict")
own_policy_option = _policy_option("The policy file")
plan_option = click.option(
    "--plan",
    "plans",
    multiple=True,
    metavar="FILE",
    shell_complete=files,
    help="A plan: pulumi preview --json, --save-plan, or terraform show -json. Repeatable; all plans count together.",
)
lock_file_option = click.option(
    "--lock-file",
    metavar="FILE",
    shell_complete=files,
    help="Terraform's lock file, which has the provider's version.  [default: .terraform.lock.hcl beside the plan, or "
    "in the working directory]",
)
framework_option = click.option(
    "--framework",
    "frameworks",
    multiple=True,
    metavar="ID",
    shell_complete=one_of(*FRAMEWORKS),
    help=f"Also report by control: {' or '.join(FRAMEWORKS)}. A control that fails or is unknown blocks, unless "
    "--fail-on asks for a higher severity. Repeatable.",
)
output_option = _output_option("Write the report to FILE")
file_option = _output_option("Output file")


def _allow_overwriting(ctx: click.Context, parameter: click.Parameter, force: bool) -> None:
    ctx.meta[OVERWRITE] = force


force_option = click.option(
    "--force",
    is_flag=True,
    expose_value=False,
    callback=_allow_overwriting,
    help="Overwrite the output file if it exists.",
)
color_option = click.option(
    "--color",
    type=click.Choice(get_args(Color)),
    default="auto",
    show_default=True,
    help="Color text; auto: on a terminal, or if FORCE_COLOR is set, unless NO_COLOR is set.",
)


language_option = click.option(
    "--language",
    envvar=LANGUAGE_VARIABLE,
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="The language of text, Markdown and the page: English or Chinese.",
)
quiet_option = click.option(
    "--quiet", "-q", is_flag=True, help="Print no text report and no notices, only errors. Files are still written."
)
verbose_option = click.option(
    "--verbose",
    "-v",
    is_flag=True,
    help="Show the values of rules that pass, why rules are skipped, and each step on stderr.",
)


def formats_option(names: Sequence[str]) -> Decorator:
    """Return the option --format for these formats, repeatable with a file for all but one."""
    return click.option(
        "--format",
        "-f",
        "formats",
        multiple=True,
        metavar="F[=FILE]",
        shell_complete=one_of(*names),
        help=f"{', '.join(names[:-1])} or {names[-1]}. Repeat as FORMAT=FILE; one may omit FILE.  [default: text]",
    )


format_option = formats_option((*FORMATS, *BINARY))
