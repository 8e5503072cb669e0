"""The command `acctgate preview`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from acctgate.cli.support.comparing_options import Earlier, comparing_options
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.exit_status import UNUSABLE
from acctgate.cli.support.inputs import chosen_frameworks, policy, policy_path
from acctgate.cli.support.judging_options import (
    Judging,
    judging_options,
    require_blocking_in_groups,
    require_blocking_rule,
)
from acctgate.cli.support.live_options import note_unused
from acctgate.cli.support.options import framework_option
from acctgate.cli.support.output import add_inputs
from acctgate.cli.support.progress import progress
from acctgate.crossguard.engine import EngineError
from acctgate.crossguard.preview import Job, PreviewError, Result, preview
from acctgate.crossguard.project import ProjectError, read_project
from acctgate.demo import DemoServer
from acctgate.evaluate.pipeline import reevaluate
from acctgate.policy import PRESETS
from acctgate.policy.identity import find_judged

_PACK_POLICY: Final = Path("policies/policy.yaml")


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
@framework_option
@comparing_options
@judging_options
@click.pass_context
def command(
    ctx: click.Context,
    demo: bool,
    stack: str | None,
    frameworks: tuple[str, ...],
    earlier: Earlier,
    judging: Judging,
) -> None:
    """Run pulumi preview of the project in this directory, and judge the account with the policy pack.

    Exit status: 0 pass; 1 a mandatory rule is violated; 3 a mandatory rule is unknown; 2 any other error.
    """
    with judging.notifier() as notifier:
        found = chosen_frameworks(frameworks)
        writer = judging.writer(frameworks=found)
        selected = _selected_policy(judging.policy_file)
        _require_baseline(judging)  # an invalid one is reported before the engine starts
        blocking = judging.fail_on()
        earlier.read_report()
        controls = tuple(framework.id for framework in found)
        variables = _variables(judging, demo=demo)
        if demo:
            note_unused("the demo account is read")
        job = Job(Path.cwd(), str(selected) if selected else None, stack, variables, demo, controls)
        result = _run(job, verbose=judging.verbose)
        writer.policy, writer.judged_by = find_judged(result.report.policy, Path.cwd()), result.report.judged_by
        add_inputs(writer.policy.files if writer.policy else ())
        known, writer.finish = judging.baseline(writer.policy), earlier.finish
        earlier.read_history(writer.policy, datetime.now(UTC))
        source = result.report.policy.source if result.report.policy else "the policy"
        levels = [(each.level, each.severity) for account in result.report.accounts for each in account.outcomes]
        require_blocking_rule(source, levels, blocking)
        evaluation = reevaluate(result.report, baseline=known, fail_on=blocking)
        reports = earlier.watch(require_blocking_in_groups(source, evaluation, blocking))
        code = writer.write(notifier.watch(reports), evaluation.notices)
        judging.warn_stale_baseline(evaluation.stale_entries())
        if code == 0 and result.failure:
            click.echo(f"acctgate: {result.failure}", err=True)
            code = UNUSABLE
    notifier.send(code, earlier.changes)
    ctx.exit(code)


def _run(job: Job, *, verbose: bool) -> Result:
    """Make the preview, with the demo account if it is the stand-in's, and show its progress."""
    with ExitStack() as cleanup:
        if job.stand_in:
            demo = cleanup.enter_context(DemoServer()).environment
            job = replace(job, environment={**job.environment, **demo})
        shown = cleanup.enter_context(progress("preview", verbose=verbose))
        return or_fail(lambda: preview(job, shown.say), PreviewError, EngineError)


def _require_baseline(judging: Judging) -> None:
    """Refuse a baseline that cannot be used, or that only one process can read.

    Raises:
        click.UsageError: It is standard input or a pipe.
        click.ClickException: It cannot be read, or is invalid.
    """
    file = judging.baseline_file
    path = Path(file or "")
    if file == "-" or (path.exists() and not path.is_file() and not path.is_dir()):
        raise click.UsageError(f"--baseline {file}: the policy pack reads it, too; use a file")
    judging.require_baseline()


def _variables(judging: Judging, *, demo: bool) -> dict[str, str]:
    """Return the environment variables that pass the live account and the baseline on to the policy pack."""
    live = judging.live
    account = {
        "ACCTGATE_REGION": live.region,
        "ACCTGATE_ROLE_ARN": live.role_arn,
        "ACCTGATE_ENDPOINT": live.target().endpoint,
    }
    found = {} if demo else {name: value for name, value in account.items() if value}
    if judging.baseline_file is not None:
        found["ACCTGATE_BASELINE"] = str(Path(judging.baseline_file).resolve())
    return found


def _selected_policy(path: Path | None) -> Path | None:
    """Return the policy to judge by, None if the project's own pack decides.

    A project without a pack of its own is judged by the policy of the repository.
    """
    if path is None and or_fail(lambda: read_project(Path.cwd()), ProjectError).has_pack:
        if _PACK_POLICY.is_file():
            policy(_PACK_POLICY)  # the engine would only say that the pack failed to start
        return None
    selected = path or policy_path()
    policy(selected)  # an invalid policy is reported before the engine starts
    return selected if str(selected) in PRESETS else selected.resolve()
