"""The command `acctgate preview`."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from acctgate.cli.examples import WithExamples
from acctgate.cli.options import (
    baseline,
    baseline_option,
    color_option,
    fail_on,
    fail_on_option,
    format_option,
    live_options,
    output_option,
    policy,
    policy_option,
    target,
    warn_stale_baseline,
)
from acctgate.cli.output import UNUSABLE, Color, Writer
from acctgate.cli.progress import progress
from acctgate.crossguard.engine import EngineError
from acctgate.crossguard.preview import Job, PreviewError, preview
from acctgate.demo import DemoServer
from acctgate.evaluate.pipeline import reevaluate
from acctgate.policy import PRESETS
from acctgate.policy.find import NoPolicyError, find_policy


@click.command(
    "preview",
    cls=WithExamples,
    short_help="Run pulumi preview of this project with the policy pack.",
    examples=(
        "acctgate preview --demo  # no credentials, no network",
        "acctgate preview --format text --format json=acctgate.json",
        "acctgate preview --stack prod  # an existing stack in your own backend",
    ),
)
@click.option("--demo", is_flag=True, help="Use the embedded demo account: no credentials, no network.")
@click.option(
    "--stack", metavar="NAME", help="An existing stack in your own backend.  [default: a new one in a temporary file]"
)
@baseline_option
@fail_on_option
@policy_option
@format_option
@output_option
@color_option
@live_options
@click.pass_context
def command(
    ctx: click.Context,
    demo: bool,
    stack: str | None,
    baseline_file: str | None,
    fail_on_words: tuple[str, ...],
    policy_file: Path | None,
    formats: tuple[str, ...],
    output: Path | None,
    color: Color,
    region: str | None,
    role_arn: str | None,
    endpoint: str | None,
) -> None:
    """Run pulumi preview of the project in this directory, and judge the account with the policy pack."""
    wanted = policy(policy_file)  # an invalid one is reported before the engine starts
    writer = Writer(wanted, formats, output, color)
    known, blocking = baseline(baseline_file, wanted), fail_on(fail_on_words)
    where = target(region, role_arn, endpoint)
    environment = {
        "ACCTGATE_REGION": region,
        "ACCTGATE_ROLE_ARN": role_arn,
        "ACCTGATE_ENDPOINT": where.endpoint,
    }
    with ExitStack() as cleanup:
        variables = {name: value for name, value in environment.items() if value}
        if demo:
            variables = dict(cleanup.enter_context(DemoServer()).environment)
        shown = cleanup.enter_context(progress("preview"))
        job = Job(Path.cwd(), _policy_name(policy_file), stack, variables, stand_in=demo)
        try:
            result = preview(job, shown.say)
        except (PreviewError, EngineError) as error:
            raise click.ClickException(str(error)) from None
    evaluation = reevaluate(result.report.accounts, wanted, datetime.now(UTC), baseline=known, fail_on=blocking)
    code = writer.write(evaluation, evaluation.notices)
    warn_stale_baseline(baseline_file, evaluation.stale_entries())
    failure = result.failure
    if result.blocked and result.report.verdict == "pass":
        failure = "a policy stopped the engine, and the report does not show which"
    if code == 0 and failure:
        click.echo(f"acctgate: {failure}", err=True)
        code = UNUSABLE
    ctx.exit(code)


def _policy_name(path: Path | None) -> str:
    """Return the policy for the pack: a preset's name, or an absolute path."""
    try:
        selected = path or find_policy(Path.cwd())
    except NoPolicyError:
        return "baseline"
    return str(selected) if str(selected) in PRESETS else str(selected.resolve())
