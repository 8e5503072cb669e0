"""acctgate preview"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.examples import WithExamples
from acctgate.cli.options import (
    DEFAULT_POLICY,
    baseline,
    baseline_option,
    color_option,
    format_option,
    live_options,
    output_option,
    policy,
    policy_option,
    target,
    tell_gone,
)

if TYPE_CHECKING:
    from acctgate.cli.options import Color
    from acctgate.crossguard.preview import Progress


@click.command(
    "preview",
    cls=WithExamples,
    short_help="pulumi preview of this project, judged by the policy pack.",
    examples=(
        "acctgate preview --demo  # no credentials, no network",
        "acctgate preview --format text --format json=acctgate.json",
        "acctgate preview --stack prod  # a stack in your own back end",
    ),
)
@click.option("--demo", is_flag=True, help="On the embedded demo account: no credentials, no network.")
@click.option(
    "--stack",
    metavar="NAME",
    help="A stack that exists, in your own back end.  [default: a new one, in a file]",
)
@baseline_option
@policy_option
@format_option
@output_option
@color_option
@live_options
@click.pass_context
def command(
    ctx: click.Context, demo: bool, stack: str | None, baseline_file: str | None, policy_file: Path | None,
    formats: tuple[str, ...],
    output: Path | None, color: Color, region: str | None, role_arn: str | None, endpoint: str | None,
) -> None:  # fmt: skip
    """pulumi preview of the project in this directory, judged by the policy pack."""
    from acctgate.cli.output import UNUSABLE, Writer

    writer = Writer(formats, output, color)
    writer.places = policy(policy_file).places  # a wrong policy is said before the engine starts
    known = baseline(baseline_file)
    where = target(region, role_arn, endpoint)
    environment = {
        "ACCTGATE_REGION": region,
        "ACCTGATE_ROLE_ARN": role_arn,
        "ACCTGATE_ENDPOINT": where.endpoint,
    }
    with ExitStack() as cleanup:
        variables = {name: value for name, value in environment.items() if value}
        if demo:
            from acctgate.demo import DemoServer

            variables = dict(cleanup.enter_context(DemoServer()).environment)
        progress = cleanup.enter_context(_progress())

        from acctgate.crossguard.engine import EngineError
        from acctgate.crossguard.preview import Job, PreviewError, preview

        job = Job(Path.cwd(), _policy_name(policy_file), stack, variables, stand_in=demo)
        try:
            result = preview(job, progress)
        except (PreviewError, EngineError) as error:
            raise click.ClickException(str(error)) from None
    reports = result.report.accounts
    code = writer.write(known.apply(reports) if known else reports)
    tell_gone(known)
    if code == 0 and result.failure:
        click.echo(f"acctgate: {result.failure}", err=True)
        code = UNUSABLE
    ctx.exit(code)


def _policy_name(path: Path | None) -> str:
    if path is None and not DEFAULT_POLICY.is_file():
        return "baseline"
    return str((path or DEFAULT_POLICY).resolve())


@contextmanager
def _progress() -> Iterator[Progress]:
    """Say on a terminal what happens while it happens. Elsewhere only the reason for 2 and 3 is said."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from rich.console import Console

        with Console(stderr=True).status("preview") as status:
            yield lambda text: status.update(f"preview: {text}")
    else:
        yield lambda text: None
