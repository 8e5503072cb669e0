"""Options that several commands share, and the objects that their values name."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

import click

from acctgate.cli.completion import files, one_of
from acctgate.cli.output import OVERWRITE, Color, add_inputs
from acctgate.frameworks import FRAMEWORKS
from acctgate.language import LANGUAGES
from acctgate.model.credential_report import Names
from acctgate.policy import Policy, PolicyError
from acctgate.policy.command_line import (
    ACCOUNTS_VARIABLE,
    MAX_AGE_VARIABLE,
    NAMES_VARIABLE,
    meant_accounts,
    parse_account,
    parse_max_age,
    with_command_line,
)
from acctgate.policy.find import find_policy, load_selected
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.render import BINARY, FORMATS
from acctgate.writing import WriteError

if TYPE_CHECKING:
    from acctgate.frameworks.framework import Framework
    from acctgate.model.other_change import Planned

LANGUAGE_VARIABLE: Final = "ACCTGATE_LANGUAGE"
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


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


account_option = click.option(
    "--account",
    multiple=True,
    metavar="ID",
    expose_value=False,
    callback=_use_accounts,
    help="The account that is meant: any other one is a violation of account-identity. Repeatable.",
)
only_account_option = click.option(
    "--account",
    multiple=True,
    metavar="ID",
    expose_value=False,
    callback=_use_accounts,
    help="The account that is meant: any other one is an error. Repeatable.",
)
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
policy_option = click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A policy file, or the preset baseline or strict.  [default: policies/policy.yaml of the repository]",
)
own_policy_option = click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The policy file.  [default: policies/policy.yaml of the repository]",
)
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
output_option = click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the report to FILE.  [default: stdout]",
)
file_option = click.option(
    "--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Output file.  [default: stdout]"
)


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


def formats_option(names: Sequence[str]) -> Callable[[F], F]:
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


def or_fail(call: Callable[[], T], *errors: type[Exception]) -> T:
    """Return what `call` returns. Its failure ends the command with one line and exit status 2.

    Args:
        call: What to do.
        errors: Errors that it may raise, besides those of sources, policies and outputs.

    Raises:
        click.ClickException: It failed with one of these errors.
    """
    expected: tuple[type[Exception], ...] = (SourceError, PolicyError, WriteError, *errors)
    try:
        return call()
    except expected as error:
        raise click.ClickException(str(error)) from None


def planned_changes(plans: tuple[str, ...], lock_file: str | None) -> list[Planned] | None:
    """Return the planned changes of all plans, None without a plan."""
    if not plans:
        if lock_file is not None:
            raise click.UsageError("--lock-file goes with --plan")
        return None
    from acctgate.plan.read import read_plans  # noqa: PLC0415 - the readers of plans load only for a plan

    return or_fail(lambda: read_plans(plans, lock_file))


def require_meant(account: str | None) -> None:
    """Refuse an account that `--account` does not name. Without the option, every account is meant.

    Args:
        account: The account that was read, None if it is not known.

    Raises:
        click.ClickException: It is another one.
    """
    meant = or_fail(lambda: meant_accounts(os.environ))
    if meant and account not in meant:
        found = f"account {account} is not meant" if account else "the account is not known"
        raise click.ClickException(f"{found}; --account is {' or '.join(sorted(meant))}")


def framework(name: str) -> Framework:
    """Return the framework of this id.

    Raises:
        click.UsageError: There is none.
    """
    if name not in FRAMEWORKS:
        raise click.UsageError(f"--framework {one_line(name)}: invalid choice; use {' or '.join(FRAMEWORKS)}")
    from acctgate.frameworks.framework import load_framework  # noqa: PLC0415 - loads only for a framework

    return load_framework(name)


def chosen_frameworks(names: Sequence[str]) -> list[Framework]:
    """Return the frameworks that --framework names, each once.

    Raises:
        click.UsageError: One does not exist.
    """
    return [framework(name) for name in dict.fromkeys(names)]


def policy(path: Path | None) -> Policy:
    """Return the policy that the option names, else that of the repository. No output may replace its files.

    Raises:
        click.ClickException: There is none, or it is invalid.
    """
    today = datetime.now(UTC).date()
    found = or_fail(lambda: with_command_line(load_selected(path or policy_path(), Path.cwd(), today), os.environ))
    add_inputs(found.files)
    return found


def policy_path() -> Path:
    """Return the policy file of the repository. If it is not below this folder, a line on standard error names it.

    Raises:
        click.ClickException: There is none.
    """
    path = or_fail(lambda: find_policy(Path.cwd()))
    if path.parts[0] == "..":
        click.echo(f"acctgate: the policy is {one_line(path)}", err=True)
    return path
