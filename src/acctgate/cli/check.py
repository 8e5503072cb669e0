"""The command `acctgate check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from acctgate.cli.support.accounts import is_large, read_accounts, read_raw, recorded_scope, source_options
from acctgate.cli.support.comparing_options import Earlier, comparing_options
from acctgate.cli.support.completion import files as complete_files
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.inputs import chosen_frameworks, planned_changes, policy
from acctgate.cli.support.judging_options import (
    Judging,
    judging_options,
    require_blocking_in_groups,
    require_blocking_rule,
)
from acctgate.cli.support.live_options import note_unused
from acctgate.cli.support.options import framework_option, lock_file_option, plan_option
from acctgate.cli.support.organization_options import READING_MANY, OrganizationOptions, organization_options, read_each
from acctgate.cli.support.progress import READING, Progress, progress
from acctgate.cli.support.totals import Totals
from acctgate.cli.support.writer import Writer
from acctgate.evaluate.fail_on import FailOn
from acctgate.evaluate.input_files import InputFiles
from acctgate.evaluate.pipeline import Evaluation, EvaluationError, evaluate, evaluate_judged
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from acctgate.policy.identity import judged_by
from acctgate.policy.inline_waivers import Comment
from acctgate.redact import one_line
from acctgate.render.fleet import FEW
from acctgate.sources.raw_snapshot import RawSnapshot
from acctgate.text import listed

if TYPE_CHECKING:
    from acctgate.evaluate.baseline import Baseline
    from acctgate.evaluate.controls import Controls
    from acctgate.evaluate.workers import Workers
    from acctgate.frameworks.framework import Framework
    from acctgate.model.other_change import Planned


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

    Exit status: 0 pass; 1 a mandatory rule is violated; 3 a mandatory rule is unknown; 2 any other error.
    """
    with judging.notifier() as notifier:
        inputs = _with_files(InputFiles(snapshots, responses, plans), files)
        if many.selected and (inputs.responses or inputs.snapshots):
            raise click.UsageError(
                "--organization and --accounts read live accounts; leave out --response and --snapshot"
            )
        if inputs.responses or inputs.snapshots:
            note_unused("the account is read from files")
        wanted, now = policy(judging.policy_file), datetime.now(UTC)
        chosen = chosen_frameworks(frameworks)
        writer = judging.writer(wanted, judged_by(wanted, now), chosen)
        writer.scope, writer.finish = recorded_scope(inputs.snapshots), earlier.finish
        planned = planned_changes(inputs.plans, lock_file)
        known, blocking = judging.baseline(wanted), judging.fail_on()
        require_blocking_rule(wanted.source, wanted.levels(), blocking)
        earlier.read_history(wanted, now)
        earlier.read_report()
        run = _Run(inputs, many, judging, wanted, now, planned, known, blocking, _controls(chosen, wanted, now))
        watch = _Watch(lambda reports: notifier.watch(earlier.watch(reports)), bool(judging.notify) or earlier.compares)
        code = run.write(writer, jobs, watch)
    notifier.send(code, earlier.changes)
    ctx.exit(code)


class _Watch(NamedTuple):
    """What looks at reports before they are written."""

    apply: Callable[[Iterable[AccountReport]], Iterable[AccountReport]]
    needs_reports: bool


def _with_files(named: InputFiles, files: tuple[str, ...]) -> InputFiles:
    """Return the files that options name, and those that are recognized by their content."""
    if not files:
        return named
    from acctgate.evaluate.input_kind import sort_inputs  # noqa: PLC0415 - only for arguments

    found = or_fail(lambda: sort_inputs(files))
    return InputFiles(*(first + second for first, second in zip(named, found, strict=True)))


def _controls(frameworks: Sequence[Framework], policy: Policy, now: datetime) -> Controls | None:
    """Return what judges the controls, None if --framework is not given."""
    if not frameworks:
        return None
    from acctgate.evaluate.controls import Controls  # noqa: PLC0415 - it compares policies, which few checks need

    return Controls(frameworks, policy, now)


@dataclass(frozen=True, slots=True)
class _Run:
    """What is judged, and by what."""

    inputs: InputFiles
    many: OrganizationOptions
    judging: Judging
    policy: Policy
    now: datetime
    planned: Sequence[Planned] | None
    baseline: Baseline | None
    fail_on: FailOn | None
    controls: Controls | None

    def write(self, writer: Writer, jobs: int | None, watch: _Watch) -> int:
        """Judge the accounts, write the reports, which pass through `watch`, and return the exit status."""
        with ExitStack() as stack:
            workers = self._start_workers(stack, jobs)
            shown = stack.enter_context(progress(self._title, verbose=self.judging.verbose))
            try:
                if workers is None or watch.needs_reports or writer.needs_reports or self._needs_reports:
                    code = self._write_reports(writer, watch, workers, shown)
                else:
                    code = self._write_totals(writer, workers, shown)
            except EvaluationError as error:
                raise click.ClickException(str(error)) from None
        if self.planned is not None and code in (0, 1):  # exit statuses 2 and 3 have their own message
            self._say_if_unchanged(self.planned)
            self._say_whose_key(self.planned)
        return code

    def _write_reports(self, writer: Writer, watch: _Watch, workers: Workers[Totals] | None, shown: Progress) -> int:
        """Write the report on each account."""
        if workers is None:
            evaluation = self._evaluate(writer, shown)
        else:
            evaluation = self._evaluate_judged(workers.judge(self._read_raw(shown)))
        repaired = evaluation if self.planned is None else self._with_repairs(evaluation)
        reports = watch.apply(require_blocking_in_groups(self.policy.source, repaired, self.fail_on))
        code = writer.write(shown.until(reports, first=writer.on_terminal), evaluation.notices)
        self.judging.warn_stale_baseline(evaluation.stale_entries())
        return code

    def _write_totals(self, writer: Writer, workers: Workers[Totals], shown: Progress) -> int:
        """Write the reports on as few accounts as show that there are many, and the totals over the others."""
        accounts = self._read_raw(shown)
        evaluation = self._evaluate_judged(workers.judge(islice(accounts, FEW + 1)))
        return writer.write(evaluation, evaluation.notices, shown.until(workers.summarize(accounts), first=False))

    @property
    def _title(self) -> str:
        if self.many.selected:
            return READING_MANY
        return "judging" if self.inputs.responses or self.inputs.snapshots else READING

    def _start_workers(self, stack: ExitStack, jobs: int | None) -> Workers[Totals] | None:
        """Start worker processes for large input or --jobs. Call this before any thread starts, since they fork."""
        files = self.inputs.snapshots
        if self.planned is not None or not files or jobs == 1 or (jobs is None and not is_large(files)):
            return None
        from acctgate.evaluate import workers  # noqa: PLC0415 - multiprocessing would slow down every other check

        jobs = jobs or workers.available_cores()
        if jobs == 1 or not workers.can_fork():
            return None
        return stack.enter_context(workers.Workers(jobs, self.policy, self.now, Totals.of, self.controls))

    @property
    def _needs_reports(self) -> bool:
        """Whether the report on an account is not final yet when a worker has judged it."""
        policy = self.policy
        return bool(policy.all_waivers or policy.groups or self.baseline or self.fail_on or self.controls)

    def _evaluate(self, writer: Writer, shown: Progress) -> Evaluation:
        return evaluate(
            self._read(writer, shown),
            self.policy,
            self.now,
            planned=self.planned,
            baseline=self.baseline,
            fail_on=self.fail_on,
            controls=self.controls,
            comments=self._comments(),
        )

    def _evaluate_judged(self, reports: Iterable[AccountReport]) -> Evaluation:
        return evaluate_judged(reports, self.policy, self.now, baseline=self.baseline, fail_on=self.fail_on)

    def _read_raw(self, shown: Progress) -> Iterator[RawSnapshot | Snapshot]:
        """Read the files that the options name, for worker processes."""
        return iter(shown.count(read_raw(self.inputs.responses, self.inputs.snapshots), "accounts"))

    def _read(self, writer: Writer, shown: Progress) -> Iterable[Snapshot]:
        """Read the accounts that the options name."""
        extras = self.policy.extras(self.now, self.controls.sections if self.controls else frozenset())
        live, files = self.judging.live, self.inputs
        if not self.many.selected:
            accounts = read_accounts(files.responses, files.snapshots, live, self.now, shown.say, extras)
            return shown.count(accounts, "accounts")
        prepared = self.many.prepare(live, extras, self.now, shown)
        writer.scope = prepared.run.scope
        return read_each(prepared, prepared.run.accounts, shown)

    def _comments(self) -> tuple[Comment, ...]:
        """Return the comments in this folder's program, at what it plans, that may be waivers."""
        if not self.planned:
            return ()
        from acctgate.plan.comments import program_comments  # noqa: PLC0415 - only a plan has such comments

        return program_comments(self.planned, Path.cwd(), self.inputs.plans)

    def _with_repairs(self, evaluation: Evaluation) -> Iterator[AccountReport]:
        """Yield the reports on what a plan makes of accounts with their repairs, in the language of this folder."""
        from acctgate.fix.detect import detect_target  # noqa: PLC0415 - only a plan needs a repair
        from acctgate.fix.for_plan import with_repairs  # noqa: PLC0415

        return with_repairs(evaluation, evaluation.accounts, self.policy, self.now, detect_target(Path.cwd()))

    def _say_whose_key(self, planned: Sequence[Planned]) -> None:
        """Write a line if a plan does not show whose access key decides which account it changes."""
        from acctgate.plan.match_accounts import providers_with_own_key  # noqa: PLC0415 - loads only for a plan

        if names := providers_with_own_key(planned, self.policy.accounts):
            key = f"the access key of the provider {listed(map(one_line, names), 'and')}"
            taken = "decides which account is changed, and no plan shows whose it is: it counts as one of this account"
            remedy = "to make sure, name the provider under `accounts` in the policy file"
            self.judging.notice(f"{', '.join(self.inputs.plans)}: {key} {taken}; {remedy}")

    def _say_if_unchanged(self, planned: Sequence[Planned]) -> None:
        """Write a line if the plans change nothing that is judged."""
        from acctgate.model.other_change import is_effective  # noqa: PLC0415 - loads only for a plan

        if not any(map(is_effective, planned)):
            files = ", ".join(self.inputs.plans)
            self.judging.notice(f"{files}: no SecurityPreference changes; the account is judged as read")
