"""acctgate check"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.accounts import read_accounts, source_options
from acctgate.cli.examples import WithExamples
from acctgate.cli.options import (
    baseline,
    baseline_option,
    color_option,
    fail_on,
    fail_on_option,
    format_option,
    live_options,
    or_fail,
    output_option,
    plan_option,
    policy,
    policy_option,
    warn_stale_baseline,
)
from acctgate.cli.progress import READING, progress

if TYPE_CHECKING:
    from acctgate.cli.options import Color
    from acctgate.plan import PlannedChange


@click.command(
    "check",
    cls=WithExamples,
    short_help="Judge accounts: raw answers, snapshots, or the live account.",
    examples=(
        "acctgate check  # the live account",
        "acctgate check --snapshot prod.json --format json",
        "acctgate check --response preference.xml --response report.json  # raw API answers",
        "acctgate check --plan plan.json --format text --format sarif=acctgate.sarif",
    ),
)
@source_options
@plan_option
@baseline_option
@fail_on_option
@policy_option
@format_option
@output_option
@color_option
@live_options
@click.pass_context
def command(
    ctx: click.Context, responses: tuple[str, ...], snapshots: tuple[str, ...], plan: str | None,
    baseline_file: str | None, fail_on_words: tuple[str, ...], policy_file: Path | None,
    formats: tuple[str, ...], output: Path | None, color: Color,
    region: str | None, role_arn: str | None, endpoint: str | None,
) -> None:  # fmt: skip
    """Judge accounts: raw answers, snapshots, or the live account where neither is given."""
    from datetime import UTC, datetime

    from acctgate.cli.output import Writer
    from acctgate.evaluate.pipeline import evaluate

    wanted = policy(policy_file)
    writer = Writer(wanted, formats, output, color)
    now = datetime.now(UTC)
    planned = _planned(plan) if plan is not None else None
    known, blocking = baseline(baseline_file), fail_on(fail_on_words)
    with progress("judging" if responses or snapshots else READING) as shown:
        accounts = read_accounts(responses, snapshots, (region, role_arn, endpoint), now, shown.say)
        evaluation = evaluate(accounts, wanted, now, planned=planned, baseline=known, fail_on=blocking)
        reports = shown.until(shown.count(evaluation, "accounts"), first=writer.on_terminal)
        code = writer.write(reports, evaluation.notices)
    warn_stale_baseline(baseline_file, evaluation.stale_entries())
    changes = any(change.operation in ("create", "update") for change in planned or ())
    if plan is not None and not changes and code in (0, 1):  # 2 and 3 have a line of their own
        click.echo(f"acctgate: {plan}: changes no SecurityPreference; the account is judged as it is", err=True)
    ctx.exit(code)


def _planned(plan: str) -> list[PlannedChange]:
    from acctgate.plan.read import read_plan

    return or_fail(lambda: read_plan(plan))
