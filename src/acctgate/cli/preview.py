"""The command `acctgate preview`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from acctgate.cli.examples import WithExamples
from acctgate.cli.options import (
    account_option,
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
    policy_path,
    require_blocking_rule,
    target,
    warn_stale_baseline,
)
from acctgate.cli.output import UNUSABLE, Color, Writer
from acctgate.cli.progress import progress
from acctgate.crossguard.engine import EngineError
from acctgate.crossguard.preview import Job, PreviewError, preview
from acctgate.crossguard.project import ProjectError, read_project
from acctgate.demo import DemoServer
from acctgate.evaluate.pipeline import reevaluate
from acctgate.model.report import Report
from acctgate.policy import PRESETS, Policy, PolicyError
from acctgate.policy.find import load_selected
from acctgate.policy.identity import digest


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
    "--stack",
    metavar="NAME",
    help="An existing stack in your own backend.  [default: the selected one, else a new one in a temporary file]",
)
@baseline_option
@fail_on_option
@account_option
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
    selected = _selected_policy(policy_file)
    writer = Writer(None, formats, output, color)
    baseline(baseline_file, None)  # an invalid one is reported before the engine starts
    blocking = fail_on(fail_on_words)
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
        job = Job(Path.cwd(), str(selected) if selected else None, stack, variables, stand_in=demo)
        try:
            result = preview(job, shown.say)
        except (PreviewError, EngineError) as error:
            raise click.ClickException(str(error)) from None
    writer.policy, writer.judged_by = _judging_policy(result.report), result.report.judged_by
    known = baseline(baseline_file, writer.policy)
    source = result.report.policy.source if result.report.policy else "the policy"
    levels = [(each.level, each.severity) for account in result.report.accounts for each in account.outcomes]
    require_blocking_rule(source, levels, blocking)
    evaluation = reevaluate(result.report, baseline=known, fail_on=blocking)
    code = writer.write(evaluation, evaluation.notices)
    warn_stale_baseline(baseline_file, evaluation.stale_entries())
    failure = result.failure
    if result.blocked and result.report.verdict == "pass":
        failure = "a policy stopped the engine, and the report does not show which"
    if code == 0 and failure:
        click.echo(f"acctgate: {failure}", err=True)
        code = UNUSABLE
    ctx.exit(code)


_PACK_POLICY: Final = Path("policies/policy.yaml")


def _selected_policy(path: Path | None) -> Path | None:
    """Return the policy to judge by, None if the project's own pack decides.

    A project without a pack of its own is judged by the policy of the repository.
    """
    if path is None:
        try:
            if read_project(Path.cwd()).has_pack:
                if _PACK_POLICY.is_file():
                    policy(_PACK_POLICY)  # the engine would only say that the pack failed to start
                return None
        except ProjectError as error:
            raise click.ClickException(str(error)) from None
    selected = path or policy_path()
    policy(selected)  # an invalid policy is reported before the engine starts
    return selected if str(selected) in PRESETS else selected.resolve()


def _judging_policy(report: Report) -> Policy | None:
    """Return the policy that the pack has judged by, None if this process does not find the same one."""
    if report.policy is None:
        return None
    try:
        found = load_selected(Path(report.policy.source), Path.cwd())
    except PolicyError:
        return None
    return found if digest(found) == report.policy.digest else None
