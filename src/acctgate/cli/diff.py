"""The command `acctgate diff`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from acctgate.cli.completion import files
from acctgate.cli.examples import WithExamples
from acctgate.cli.options import (
    color_option,
    lock_file_option,
    or_fail,
    plan_option,
    planned_changes,
    policy,
    policy_option,
)
from acctgate.cli.progress import Progress, progress
from acctgate.model.outcome import reason_of

if TYPE_CHECKING:
    from acctgate.cli.output import Color
    from acctgate.diff import Diff
    from acctgate.diff.accounts import Judged
    from acctgate.model.snapshot import Snapshot
    from acctgate.plan import Planned
    from acctgate.policy import Policy
    from acctgate.rules import Rule

Kind = Literal["snapshots", "reports", "policies"]
_FORMATS: Final = ("text", "json", "markdown")


@click.command(
    "diff",
    cls=WithExamples,
    short_help="Compare two snapshots, reports or policies.",
    examples=(
        "acctgate diff monday.json friday.json",
        "acctgate diff prod.json --plan plan.json  # what a deploy would move",
        "acctgate diff main.yaml branch.yaml --snapshot prod.json  # what a change of the policy means",
    ),
)
@click.argument("base", shell_complete=files)
@click.argument("head", required=False, shell_complete=files)
@click.option(
    "--snapshot", "snapshots", multiple=True, metavar="FILE", shell_complete=files,
    help="Of two policies: the accounts to judge by both.",
)  # fmt: skip
@plan_option
@lock_file_option
@policy_option
@click.option("--format", "kind", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where the diff goes.  [default: stdout]"
)
@color_option
@click.option("--allow-loosening", is_flag=True, help="A loosened policy is no reason to fail.")
@click.pass_context
def command(
    ctx: click.Context, base: str, head: str | None, snapshots: tuple[str, ...], plans: tuple[str, ...],
    lock_file: str | None, policy_file: Path | None, kind: str, output: Path | None, color: Color,
    allow_loosening: bool,
) -> None:  # fmt: skip
    """Compare BASE with HEAD: two snapshots, two JSON reports, or two policies.

    With --plan, HEAD is what the plan would make of it (of BASE, where HEAD is left out). Exit status: 1 a
    mandatory rule fails newly or the policy was loosened; 3 one is newly unknown; else 0; 2 unreadable.
    """
    now = datetime.now(UTC)
    if head is None and not plans:
        raise click.UsageError("HEAD is missing; only with --plan may it be left out")
    kinds = {_kind(path) for path in (base, head) if path is not None}
    if len(kinds) > 1:
        raise click.UsageError(f"{base} and {head} are of two kinds: {' and '.join(sorted(kinds))}")
    [compared] = kinds
    if plans and compared != "snapshots":
        raise click.UsageError("--plan goes with snapshots")
    if snapshots and compared != "policies":
        raise click.UsageError("--snapshot goes with two policies")
    with progress("comparing") as shown:
        if compared == "policies":
            found = _policies(base, str(head), snapshots, now, shown)
        elif compared == "reports":
            found = _accounts("reports", _reports(base), _reports(str(head)), _rules(policy_file))
        else:
            found = _snapshots(base, head, planned_changes(plans, lock_file), policy(policy_file), now, shown)
    _write(found, kind, output, color)
    ctx.exit(_status(found, allow_loosening=allow_loosening))


def _kind(path: str) -> Kind:
    """What a file is, by its ending or its keys."""
    from acctgate.reading import read_text
    from acctgate.sources import SourceError

    if Path(path).suffix in (".yaml", ".yml"):
        return "policies"
    try:
        text = read_text(path) if path != "-" else "{}"
    except SourceError as error:
        if "larger than" in str(error):  # many accounts
            return "snapshots"
        raise click.ClickException(str(error)) from None
    try:
        document, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return "snapshots"  # whose reader says what is wrong
    keys = set(document) if isinstance(document, dict) else set()
    if keys & {"accounts", "outcomes"} and "verdict" in keys:
        return "reports"
    return "policies" if keys & {"rules", "extends", "waivers"} else "snapshots"


def _snapshots(
    base: str,
    head: str | None,
    planned: list[Planned] | None,
    wanted: Policy,
    now: datetime,
    shown: Progress,
) -> Diff:
    before = _read(base, shown)
    after = _read(head, shown) if head is not None else before
    if planned is not None:
        from acctgate.plan import after_deploy

        after = after_deploy(after, planned, wanted.accounts)
    return _accounts("snapshots", _judge(before, wanted, now), _judge(after, wanted, now), wanted.all_rules)


def _read(path: str, shown: Progress) -> list[Snapshot]:
    from acctgate.sources.snapshots import read_snapshots

    found = list(shown.count(read_snapshots([path]), "accounts read"))
    for snapshot in found:
        if snapshot.unreadable is not None:
            raise click.ClickException(snapshot.unreadable)
    return found


def _judge(snapshots: list[Snapshot], wanted: Policy, now: datetime) -> list[Judged]:
    from acctgate.evaluate.pipeline import evaluate

    return list(zip(evaluate(snapshots, wanted, now), snapshots, strict=True))


def _reports(path: str) -> list[Judged]:
    from acctgate.model.report import read_report
    from acctgate.reading import read_text

    text = or_fail(lambda: read_text(path))
    try:
        return [(account, None) for account in read_report(text).accounts]
    except ValueError as error:
        raise click.ClickException(f"{path}: {error}") from None


def _policies(base: str, head: str, snapshots: tuple[str, ...], now: datetime, shown: Progress) -> Diff:
    from acctgate.diff import Diff, compare_accounts, compare_policies

    before, after = policy(Path(base)), policy(Path(head))
    accounts = [snapshot for path in snapshots for snapshot in _read(path, shown)]
    rules = {rule.id: rule for rule in (*before.all_rules, *after.all_rules)}.values()
    flips = compare_accounts(_judge(accounts, before, now), _judge(accounts, after, now), rules)
    return Diff(1, "policies", flips, compare_policies(before, after, now.date()))


def _rules(policy_file: Path | None) -> Sequence[Rule[Any]]:
    """Return the rules of the policy that the option names. Reports need no policy, so there is no default one."""
    from acctgate.rules import RULES

    return RULES if policy_file is None else policy(policy_file).all_rules


def _accounts(kind: Kind, before: Iterable[Judged], after: Iterable[Judged], rules: Iterable[Rule[Any]]) -> Diff:
    from acctgate.diff import Diff, compare_accounts

    return Diff(1, kind, compare_accounts(before, after, rules))


def _write(found: Diff, kind: str, output: Path | None, color: Color) -> None:
    from acctgate.cli.output import appearance, write_text
    from acctgate.render.diff import render_diff

    colored, width = appearance(output, color, width=120)
    text = render_diff(found, kind, color=colored, width=width)
    write_text(text, output)


def _status(found: Diff, *, allow_loosening: bool) -> int:
    if found.flips("newly-failing") or (found.loosened and not allow_loosening):
        return 1
    unknown = found.flips("newly-unknown")
    if unknown:
        account, rule = unknown[0]
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        name = f"account {account.account}: " if account.account else ""
        click.echo(f"acctgate: newly unknown: {name}{rule.rule}: {reason_of(rule.message)}{more}", err=True)
        return 3
    return 0
