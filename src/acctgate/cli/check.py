"""The command `acctgate check`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.accounts import is_large, read_accounts, read_raw, recorded_scope, source_options
from acctgate.cli.comparing import Earlier, comparing_options
from acctgate.cli.completion import files as complete_files
from acctgate.cli.examples import WithExamples
from acctgate.cli.judging import Judging, judging_options, require_blocking_in_groups, require_blocking_rule
from acctgate.cli.options import (
    chosen_frameworks,
    framework_option,
    lock_file_option,
    or_fail,
    plan_option,
    planned_changes,
    policy,
)
from acctgate.cli.organization import READING_MANY, OrganizationOptions, organization_options, read_each
from acctgate.cli.progress import READING, progress
from acctgate.evaluate.pipeline import Evaluation, EvaluationError, evaluate, settle
from acctgate.model.report import AccountReport
from acctgate.policy import Policy
from acctgate.policy.identity import judged_by

if TYPE_CHECKING:
    from acctgate.evaluate.controls import Controls
    from acctgate.evaluate.workers import Workers
    from acctgate.frameworks.framework import Framework
    from acctgate.model.other_change import Planned
    from acctgate.policy.inline_waivers import Comment


@click.command(
    "check",
    cls=WithExamples,
    short_help="Check API responses, snapshots, or the live account.",
    examples=(
        "acctgate check  # the live account",
        "acctgate check prod.json plan.json --format json  # files: snapshots, API responses and plans",
        "acctgate check --organization --role-name audit --format text --format json=report.json",
        "acctgate check --plan plan.json --format text --format sarif=acctgate.sarif",
    ),
)
@click.argument("files", nargs=-1, metavar="[FILE]...", shell_complete=complete_files)
@source_options
@organization_options
@plan_option
@lock_file_option
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Judge in N processes.  [default: one per core for snapshot files of 1 MiB and more, otherwise 1]",
)
@framework_option
@comparing_options
@judging_options
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    responses: tuple[str, ...],
    snapshots: tuple[str, ...],
    plans: tuple[str, ...],
    lock_file: str | None,
    jobs: int | None,
    frameworks: tuple[str, ...],
    earlier: Earlier,
    judging: Judging,
    many: OrganizationOptions,
) -> None:
    """Check API responses, snapshots, or otherwise the live account; with --organization, many accounts.

    What each FILE is, a snapshot, an API response or a plan, is recognized by its content.
    """
    notifier = judging.notifier()
    with notifier or nullcontext():
        if files:
            from acctgate.evaluate.input_kind import sort_inputs  # noqa: PLC0415 - the readers of plans load only for files

            given = or_fail(lambda: sort_inputs(files))
            snapshots, responses, plans = snapshots + given.snapshots, responses + given.responses, plans + given.plans
        if many.selected and (responses or snapshots):
            raise click.UsageError(
                "--organization and --accounts read live accounts; leave out --response and --snapshot"
            )
        wanted = policy(judging.policy_file)
        now = datetime.now(UTC)
        found = chosen_frameworks(frameworks)
        controls = _controls(found, wanted, now)
        writer = judging.writer(wanted, judged_by(wanted, now), found)
        writer.scope, writer.finish = recorded_scope(snapshots), earlier.finish
        planned = planned_changes(plans, lock_file)
        known, blocking = judging.baseline(wanted), judging.fail_on()
        require_blocking_rule(wanted.source, wanted.levels(), blocking)
        earlier.read_history(wanted, now)
        earlier.read_report()
        with ExitStack() as stack:
            workers = _start_workers(stack, jobs, snapshots, wanted, now, controls) if planned is None else None
            title = READING_MANY if many.selected else "judging" if responses or snapshots else READING
            shown = stack.enter_context(progress(title, verbose=judging.verbose))
            if workers:
                judged = workers.judge(read_raw(responses, snapshots))
                evaluation = settle(judged, wanted, now, baseline=known, fail_on=blocking)
            else:
                sections = wanted.sections | (controls.sections if controls else frozenset())
                users = wanted.names_to_read
                if many.selected:
                    prepared = many.prepare(judging.live, sections, users, now, shown, wanted.max_report_age)
                    writer.scope = prepared.run.scope
                    accounts = read_each(prepared, prepared.run.accounts, shown)
                else:
                    accounts = read_accounts(
                        responses, snapshots, judging.live, now, shown.say, sections, users, wanted.max_report_age
                    )
                evaluation = evaluate(
                    accounts,
                    wanted,
                    now,
                    planned=planned,
                    baseline=known,
                    fail_on=blocking,
                    controls=controls,
                    comments=_comments(planned, plans),
                )
            judged_accounts = evaluation if planned is None else _with_repairs(evaluation, wanted, now)
            compared = earlier.watch(require_blocking_in_groups(wanted.source, judged_accounts, blocking))
            counted = compared if many.selected else shown.count(compared, "accounts")
            reports = shown.until(counted, first=writer.on_terminal)
            try:
                code = writer.write(notifier.watch(reports) if notifier else reports, evaluation.notices)
            except EvaluationError as error:
                raise click.ClickException(str(error)) from None
        judging.warn_stale_baseline(evaluation.stale_entries())
        if planned is not None and code in (0, 1):  # exit statuses 2 and 3 have their own message
            _say_if_unchanged(judging, plans, planned)
    if notifier:
        notifier.send(code)
    ctx.exit(code)


def _say_if_unchanged(judging: Judging, plans: Sequence[str], planned: Sequence[Planned]) -> None:
    """Write a line if the plans change nothing that is judged."""
    from acctgate.model.other_change import is_effective  # noqa: PLC0415 - loads only for a plan

    if not any(map(is_effective, planned)):
        judging.notice(f"{', '.join(plans)}: no SecurityPreference changes; the account is judged as read")


def _controls(frameworks: Sequence[Framework], policy: Policy, now: datetime) -> Controls | None:
    """Return what judges the controls, None if --framework is not given."""
    if not frameworks:
        return None
    from acctgate.evaluate.controls import Controls  # noqa: PLC0415 - it compares policies, which few checks need

    return Controls(frameworks, policy, now)


def _comments(planned: Sequence[Planned] | None, plans: Sequence[str]) -> tuple[Comment, ...]:
    """Return the comments in this folder's program, at what it plans, that may be waivers."""
    if not planned:
        return ()
    from acctgate.plan.comments import program_comments  # noqa: PLC0415 - only a plan has such comments

    return program_comments(planned, Path.cwd(), plans)


def _with_repairs(evaluation: Evaluation, policy: Policy, now: datetime) -> Iterator[AccountReport]:
    """Yield the reports on what a plan makes of accounts with their repairs, in the language of this folder."""
    from acctgate.fix.detect import detect_target  # noqa: PLC0415 - only a plan needs a repair
    from acctgate.fix.for_plan import with_repairs  # noqa: PLC0415

    return with_repairs(evaluation, evaluation.accounts, policy, now, detect_target(Path.cwd()))


def _start_workers(
    stack: ExitStack,
    jobs: int | None,
    files: tuple[str, ...],
    policy: Policy,
    now: datetime,
    controls: Controls | None,
) -> Workers | None:
    """Start worker processes for large input or --jobs. Call this before any thread starts, since they fork."""
    if not files or jobs == 1 or (jobs is None and not is_large(files)):
        return None
    from acctgate.evaluate import workers  # noqa: PLC0415 - multiprocessing would slow down every other check

    jobs = jobs or workers.available_cores()
    if jobs == 1 or not workers.can_fork():
        return None
    return stack.enter_context(workers.Workers(jobs, policy, now, controls))
