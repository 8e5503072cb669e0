"""The command `acctgate diff`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from acctgate.cli.support.accounts import read_all
from acctgate.cli.support.completion import files
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.exit_status import UNKNOWN
from acctgate.cli.support.inputs import planned_changes, policy, require_expected
from acctgate.cli.support.live_options import is_given
from acctgate.cli.support.options import (
    color_option,
    file_option,
    force_option,
    kind_option,
    lock_file_option,
    max_age_option,
    only_account_option,
    plan_option,
    policy_option,
    snapshot_option,
)
from acctgate.cli.support.output import Color, appearance, write_text
from acctgate.cli.support.progress import Progress, progress
from acctgate.diff import unproven
from acctgate.diff.kind import kind_of
from acctgate.evaluate.compare import diff_policies, diff_reports, diff_snapshots
from acctgate.model.diff_document import Diff, DiffKind
from acctgate.model.other_change import Planned
from acctgate.model.outcome import reason_of
from acctgate.model.report_document import Report, read_report_file
from acctgate.model.snapshot import Snapshot
from acctgate.policy import PolicyError
from acctgate.policy.find import load_selected
from acctgate.policy.revision import load_revision
from acctgate.policy.source import MissingFileError
from acctgate.render.diff import DIFF_FORMATS, render_diff
from acctgate.rules import RULES
from acctgate.text import and_more

_WIDTH = 120
"""Columns of text that does not go to a terminal."""


@click.command(
    "diff",
    cls=WithExamples,
    short_help="Compare two snapshots, reports or policies.",
    examples=(
        "acctgate diff monday.json friday.json",
        "acctgate diff prod.json --plan plan.json  # what a deployment would change",
        "acctgate diff --base origin/main  # the policy changes of a pull request",
        "acctgate diff main.yaml branch.yaml --snapshot prod.json  # what a change of the policy means",
    ),
)
@click.argument("base", required=False, shell_complete=files)
@click.argument("head", required=False, shell_complete=files)
@click.option(
    "--base",
    "revision",
    metavar="REVISION",
    help="Compare the policy of a git revision with the working tree's. The argument is the policy file.",
)
@snapshot_option("Accounts to judge by both policies.")
@plan_option
@lock_file_option
@only_account_option
@max_age_option
@policy_option
@kind_option(*DIFF_FORMATS)
@file_option
@force_option
@color_option
@click.option("--allow-loosening", is_flag=True, help="Don't fail on a loosened policy.")
@click.pass_context
def command(
    ctx: click.Context,
    base: str | None,
    head: str | None,
    revision: str | None,
    snapshots: tuple[str, ...],
    plans: tuple[str, ...],
    lock_file: str | None,
    policy_file: Path | None,
    kind: str,
    output: Path | None,
    color: Color,
    allow_loosening: bool,
) -> None:
    """Compare BASE with HEAD: two snapshots, two JSON reports, or two policies.

    With --base, compare the policy in a git revision with the working tree's: all that it extends, and the code of its
    rule modules. What cannot be shown to be stricter counts as looser.

    --plan is applied to HEAD, or to BASE if there is no HEAD. Exit status: 1 a mandatory rule is newly violated, or
    the policy was loosened; 3 a mandatory rule is newly unknown; 2 any other error; else 0.
    """
    compared = _kind(base, head, snapshots, plans) if revision is None else _revision_kind(head, plans)
    now = datetime.now(UTC)
    with progress("comparing") as shown:
        accounts = [account for path in snapshots for account in _read_expected(path, shown)]
        if revision is not None:
            before = or_fail(lambda: load_revision(revision, Path(base) if base else None, Path.cwd()))
            found = diff_policies(before, policy(Path(base) if base else None), accounts, now)
        elif compared == "policies":
            found = _diff_policies(Path(str(base)), Path(str(head)), accounts, now)
        elif compared == "reports":
            # Reports need no policy, so there is no default one.
            rules = RULES if policy_file is None else policy(policy_file).all_rules
            found = diff_reports(_expected_report(str(base)), _expected_report(str(head)), rules)
        else:
            found = _diff_snapshots(str(base), head, planned_changes(plans, lock_file), policy_file, now, shown)
    colored, width = appearance(output, color, _WIDTH)
    write_text(render_diff(found, kind, color=colored, width=width), output)
    ctx.exit(_status(found, allow_loosening=allow_loosening))


def _revision_kind(head: str | None, plans: tuple[str, ...]) -> DiffKind:
    if head is not None or plans:
        raise click.UsageError("--base takes one policy file, and no plan")
    return "policies"


def _diff_policies(base: Path, head: Path, accounts: Sequence[Snapshot], now: datetime) -> Diff:
    after = policy(head)
    try:
        before = load_selected(base, Path.cwd())
    except MissingFileError as error:
        return Diff(1, "policies", (), (unproven("extends", str(error)),))
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    return diff_policies(before, after, accounts, now, own={base.resolve(), head.resolve()})


def _kind(base: str | None, head: str | None, snapshots: tuple[str, ...], plans: tuple[str, ...]) -> DiffKind:
    """Return what is compared.

    Raises:
        click.UsageError: The arguments and options do not fit together.
    """
    if base is None:
        raise click.UsageError("missing argument BASE; use two files, or --base REVISION")
    if head is None and not plans:
        raise click.UsageError("missing argument HEAD, which only --plan makes optional")
    kinds = [or_fail(partial(kind_of, path)) for path in (base, head) if path is not None]
    if len(set(kinds)) > 1:
        names = {"snapshots": "a snapshot", "reports": "a report", "policies": "a policy"}
        raise click.UsageError(f"{base}, {head}: cannot compare {names[kinds[0]]} with {names[kinds[1]]}")
    if plans and kinds[0] != "snapshots":
        raise click.UsageError("--plan is only for snapshots")
    if snapshots and kinds[0] != "policies":
        raise click.UsageError("--snapshot is only for two policies")
    if kinds[0] == "reports" and is_given("max_age"):
        raise click.UsageError("--max-age is only for snapshots; use it with acctgate check, which writes reports")
    return kinds[0]


def _diff_snapshots(
    base: str,
    head: str | None,
    planned: Sequence[Planned] | None,
    policy_file: Path | None,
    now: datetime,
    shown: Progress,
) -> Diff:
    wanted = policy(policy_file)
    before = _read_expected(base, shown)
    after = _read_expected(head, shown) if head is not None else before
    return diff_snapshots(before, after, wanted, now, planned)


def _read_expected(path: str, shown: Progress) -> list[Snapshot]:
    """Read the snapshots in a file. All must be of expected accounts."""
    found = read_all(path, shown)
    for account in found:
        require_expected(account.account_id)
    return found


def _expected_report(path: str) -> Report:
    """Read a report. All its accounts must be expected ones."""
    found = or_fail(lambda: read_report_file(path))
    for account in found.accounts:
        require_expected(account.account)
    return found


def _status(found: Diff, *, allow_loosening: bool) -> int:
    if found.flips("newly-failing") or (found.loosened and not allow_loosening):
        return 1
    unknown = found.flips("newly-unknown")
    if not unknown:
        return 0
    account, rule = unknown[0]
    name = f"account {account.account}: " if account.account else ""
    reason = f"{name}{rule.rule}: {reason_of(rule.message)}"
    click.echo(f"acctgate: newly unknown: {reason}{and_more(len(unknown) - 1)}", err=True)
    return UNKNOWN
