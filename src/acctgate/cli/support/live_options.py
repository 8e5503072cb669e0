"""The options that select the live account."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import click
from click.core import ParameterSource

from acctgate.cli.support.option_group import option_group
from acctgate.reading import SourceError

if TYPE_CHECKING:
    from acctgate.sources.target import Target


def _use_profile(ctx: click.Context, parameter: click.Parameter, profile: str | None) -> None:
    """Pass the profile on in the environment, which the policy pack inherits: it is another process."""
    if profile is None:
        return
    if not profile.strip():
        raise click.UsageError("--profile is empty; give a name, or leave the option out")
    os.environ["ACCTGATE_PROFILE"] = profile


class Live(NamedTuple):
    """The live account that the options name."""

    region: str | None
    role_arn: str | None
    endpoint: str | None

    def options(self) -> list[tuple[str, str | None]]:
        """Return the options and their values, None if an option is not given."""
        return list(zip(("--region", "--role-arn", "--endpoint"), self, strict=True))

    def target(self) -> Target:
        """Return the account to read.

        Raises:
            click.UsageError: An option is invalid.
        """
        from acctgate.sources.target import Target  # noqa: PLC0415 - a file needs no target

        try:
            return Target.chosen(*self)
        except SourceError as error:
            raise click.UsageError(str(error)) from None


def note_unused(reason: str) -> None:
    """Name the options on the command line that have no effect because no live account is read.

    Variables are not named: they are set for many commands at once.
    """
    names = ("region", "role_arn", "endpoint", "profile")
    given = [f"--{name.replace('_', '-')}" for name in names if is_given(name)]
    if given and not click.get_current_context().params.get("quiet"):
        click.echo(f"acctgate: {', '.join(given)} {'has' if len(given) == 1 else 'have'} no effect: {reason}", err=True)


def is_given(parameter: str) -> bool:
    """Return whether an option is on the command line, and not only in the environment."""
    return click.get_current_context().get_parameter_source(parameter) is ParameterSource.COMMANDLINE


live_options = option_group(
    "live",
    Live,
    click.option(
        "--region",
        envvar="ACCTGATE_REGION",
        metavar="REGION",
        help="ap-southeast-1 for an international account.  [default: the profile's, or cn-shanghai]",
    ),
    click.option(
        "--role-arn", envvar="ACCTGATE_ROLE_ARN", metavar="ARN", help="Assume this role, to read another account."
    ),
    click.option(
        "--endpoint",
        envvar="ACCTGATE_ENDPOINT",
        metavar="HOST:PORT",
        help="Send all calls over HTTP to a server on this machine.",
    ),
    click.option(
        "--profile",
        envvar="ACCTGATE_PROFILE",
        metavar="NAME",
        expose_value=False,
        callback=_use_profile,
        help="Use the credentials and the region of this aliyun CLI profile.",
    ),
)
"""Adds --region, --role-arn, --endpoint and --profile. The command gets a `Live` as `live`."""
