"""Options that several commands share, and the objects that their values stand for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import click

from acctgate.cli.completion import files, one_of
from acctgate.cli.output import OVERWRITE, Color
from acctgate.evaluate.baseline import Baseline, BaselineEntry
from acctgate.evaluate.fail_on import FailOn
from acctgate.model.outcome import Level, Severity
from acctgate.model.report import Report, read_report
from acctgate.plan import Planned
from acctgate.plan.read import read_plans
from acctgate.policy import Policy, PolicyError
from acctgate.policy.find import find_policy, load_selected
from acctgate.policy.policy import ACCOUNTS_VARIABLE
from acctgate.reading import SourceError, read_text
from acctgate.redact import one_line
from acctgate.render import FORMATS
from acctgate.rules import RULES
from acctgate.sources.target import Target
from acctgate.text import and_more

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

FAIL_ON: Final = ("mandatory", "advisory", "low", "medium", "high", "critical")


def _use_profile(ctx: click.Context, parameter: click.Parameter, profile: str | None) -> None:
    """Pass the profile on in the environment, which the policy pack inherits: it is another process."""
    if profile:
        os.environ["ACCTGATE_PROFILE"] = profile


def live_options(command: F) -> F:
    """Add --region, --role-arn, --endpoint and --profile, for commands that read a live account."""
    for option in (
        click.option(
            "--profile",
            envvar="ACCTGATE_PROFILE",
            metavar="NAME",
            expose_value=False,
            callback=_use_profile,
            help="Use the credentials and the region of this aliyun CLI profile.",
        ),
        click.option(
            "--endpoint",
            envvar="ACCTGATE_ENDPOINT",
            metavar="HOST:PORT",
            help="Send all calls over HTTP to a server on this machine.",
        ),
        click.option(
            "--role-arn",
            envvar="ACCTGATE_ROLE_ARN",
            metavar="ARN",
            help="Assume this role, to read another account.",
        ),
        click.option(
            "--region",
            envvar="ACCTGATE_REGION",
            metavar="REGION",
            help="ap-southeast-1 for an international account.  [default: the profile's, or cn-shanghai]",
        ),
    ):
        command = option(command)
    return command


def _use_accounts(ctx: click.Context, parameter: click.Parameter, accounts: tuple[str, ...]) -> None:
    """Pass the accounts on in the environment, which the policy pack inherits: it is another process."""
    if not all(account.strip() for account in accounts):
        raise click.UsageError("--account is empty; give an account id, or leave the option out")
    if accounts:
        os.environ[ACCOUNTS_VARIABLE] = " ".join(accounts)


account_option = click.option(
    "--account",
    multiple=True,
    metavar="ID",
    expose_value=False,
    callback=_use_accounts,
    help="The account that is meant: any other one is a violation of account-identity. Repeatable.",
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
baseline_option = click.option(
    "--baseline",
    "baseline_file",
    metavar="REPORT",
    shell_complete=files,
    help="An earlier JSON report. Its findings are shown as waived; only new ones block.",
)
fail_on_option = click.option(
    "--fail-on",
    "fail_on_words",
    multiple=True,
    metavar="LEVEL|SEVERITY",
    shell_complete=one_of(*FAIL_ON),
    help="The lowest level (mandatory, advisory) and severity (low, medium, high, critical) that block. "
    "Each may be given once.  [default: mandatory, low]",
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
    help="Color text; auto: on a terminal, unless NO_COLOR is set.",
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


format_option = formats_option(FORMATS)


def or_fail(read: Callable[[], T]) -> T:
    """Return what `read` returns.

    Raises:
        click.ClickException: The source cannot be read.
    """
    try:
        return read()
    except SourceError as error:
        raise click.ClickException(str(error)) from None


def planned_changes(plans: tuple[str, ...], lock_file: str | None) -> list[Planned] | None:
    """Return the planned changes of all plans, None without a plan."""
    if not plans:
        if lock_file is not None:
            raise click.UsageError("--lock-file goes with --plan")
        return None
    return or_fail(lambda: read_plans(plans, lock_file))


def target(region: str | None, role_arn: str | None, endpoint: str | None) -> Target:
    """Return the live account that the options name."""
    try:
        return Target.chosen(region, role_arn, endpoint)
    except SourceError as error:
        raise click.UsageError(str(error)) from None


def report(path: str) -> Report:
    """Read a JSON report.

    Raises:
        click.ClickException: It cannot be read, or is invalid.
    """
    text = or_fail(lambda: read_text(path))
    try:
        return read_report(text)
    except ValueError as error:
        raise click.ClickException(f"{path}: {error}") from None


def baseline(path: str | None, policy: Policy | None) -> Baseline | None:
    """Return the baseline that the option names."""
    if path is None:
        return None
    return Baseline.of(report(path), path, policy.all_rules if policy else RULES)


def fail_on(values: tuple[str, ...]) -> FailOn | None:
    """Return what blocks according to --fail-on, None without the option."""
    if not values:
        return None
    try:
        return FailOn.of(word.strip() for value in values for word in value.split(","))
    except ValueError as error:
        raise click.UsageError(f"--fail-on {error}") from None


def warn_stale_baseline(path: str | None, stale: Sequence[BaselineEntry]) -> None:
    """Report the entries of the baseline that no longer occur."""
    if not stale:
        return
    account, rule, *_ = stale[0]
    name = f"{rule} of account {account}" if account else rule
    message = one_line(f"{path} can shrink: {name} no longer occurs")
    click.echo(f"acctgate: {message}{and_more(len(stale) - 1)}", err=True)


def policy(path: Path | None) -> Policy:
    """Return the policy that the option names, else that of the repository.

    Raises:
        click.ClickException: There is none, or it is invalid.
    """
    try:
        return load_selected(path or policy_path(), Path.cwd()).for_accounts(os.environ)
    except PolicyError as error:
        raise click.ClickException(str(error)) from None


def require_blocking_rule(source: str, rules: Iterable[tuple[Level, Severity]], threshold: FailOn | None) -> None:
    """Refuse a policy in which no rule can block a deploy: it would pass every account.

    Raises:
        click.ClickException: There is no such rule.
    """
    if not (threshold or FailOn()).can_block(rules):
        kind = "rule that --fail-on selects is enabled" if threshold else "rule is mandatory"
        remedy = "make a rule mandatory" if threshold else "make a rule mandatory, or use --fail-on advisory"
        raise click.ClickException(f"{one_line(source)}: no {kind}, so every account would pass; {remedy}")


def policy_path() -> Path:
    """Return the policy file of the repository. If it is not below this folder, a line on standard error names it.

    Raises:
        click.ClickException: There is none.
    """
    try:
        path = find_policy(Path.cwd())
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    if path.parts[0] == "..":
        click.echo(f"acctgate: the policy is {one_line(path)}", err=True)
    return path
