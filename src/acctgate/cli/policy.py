"""The commands `acctgate policy show`, `acctgate policy lint`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import GroupWithExamples
from acctgate.cli.support.inputs import own_policy_path
from acctgate.cli.support.options import file_option, force_option, kind_option, own_policy_option, snapshot_option
from acctgate.cli.support.output import add_inputs, write_text
from acctgate.model.snapshot import Snapshot
from acctgate.policy import PolicyError, load_merged
from acctgate.policy.chain import read_chain
from acctgate.policy.command_line import parse_account
from acctgate.policy.find import NAMES
from acctgate.policy.lint import Problem
from acctgate.policy.lint import lint as lint_policy
from acctgate.policy.load import files_of
from acctgate.policy.show import as_json, as_yaml
from acctgate.policy.show_account import AccountPolicy
from acctgate.redact import one_line
from acctgate.render.lint import render_problems
from acctgate.sources.snapshots import read_whole


@click.group(
    "policy",
    cls=GroupWithExamples,
    short_help="Show the effective policy, or find errors in it.",
    examples=("acctgate policy show", "acctgate policy lint policies/policy.yaml"),
)
def command() -> None:
    """Show the effective policy, or find errors and lines without effect in it."""


def _chosen(file: Path | None, policy_file: Path | None) -> Path:
    """Return the file that the argument or the option names, else that of the repository."""
    if file and policy_file:
        raise click.UsageError("use either FILE or --policy, not both")
    return own_policy_path(file or policy_file)


def _yaml_path() -> Path:
    """Return policies/policy.yaml of the repository. A file of another name is linted only if it is named."""
    path = own_policy_path(None)
    if path.name != NAMES[0].name:
        expected = path.with_name(NAMES[0].name)
        raise click.ClickException(f"{expected}: no such file; name the file: acctgate policy lint {path}")
    return path


@command.command(
    "show",
    short_help="Show the effective policy, and where each value comes from.",
    examples=(
        "acctgate policy show",
        "acctgate policy show policies/policy.yaml --format json",
        "acctgate policy show --account 1234567890123456 --snapshot accounts.ndjson  # what counts for one account",
    ),
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@own_policy_option
@click.option("--account", metavar="ID", help="Show what counts for this account, and which groups it is in.")
@snapshot_option("Snapshots with the account: its folder, tags and labels decide which groups it is in.")
@kind_option("yaml", "json")
@file_option
@force_option
def show(
    file: Path | None,
    policy_file: Path | None,
    account: str | None,
    snapshots: tuple[str, ...],
    kind: str,
    output: Path | None,
) -> None:
    """Print the effective policy: every value with the file and line, or the preset, that sets it.

    The YAML is the same policy in one file. FILE is policies/policy.yaml of the repository by default.
    """
    today = datetime.now(UTC).date()
    merged = or_fail(lambda: load_merged(_chosen(file, policy_file), today))
    add_inputs(files_of(merged.chain))
    folder = output.parent if output else Path.cwd()
    if account is not None:
        found = AccountPolicy(merged, _account(account, snapshots))
        comments = "" if kind == "json" else found.comments()
        shown = as_json(found.merged, found.document()) if kind == "json" else as_yaml(found.merged, folder)
        write_text(comments + shown, output)
    elif snapshots:
        raise click.UsageError("--snapshot goes with --account")
    else:
        write_text(as_json(merged) if kind == "json" else as_yaml(merged, folder), output)


def _account(account: str, paths: tuple[str, ...]) -> Snapshot:
    """Return the account of that ID in the snapshots; without snapshots, one of which only the ID is known."""
    try:
        wanted = parse_account(account)
    except ValueError as error:
        raise click.UsageError(f"--account {error}") from None
    if not paths:
        return Snapshot.from_document({"version": 1, "account_id": wanted})
    found = or_fail(lambda: [each for each in read_whole(paths) if each.account_id == wanted])
    if not found:
        raise click.ClickException(f"{', '.join(paths)}: no snapshot of account {wanted}")
    return found[-1]


@command.command(
    "lint",
    short_help="Find errors in a policy, and lines without effect.",
    examples=("acctgate policy lint", "acctgate policy lint policies/policy.yaml --format github"),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@own_policy_option
@kind_option("text", "json", "github")
@click.pass_context
def lint(ctx: click.Context, files: tuple[Path, ...], policy_file: Path | None, kind: str) -> None:
    """Find errors in policy files, and lines that have no effect.

    FILES are policies/policy.yaml of the repository by default. Exit status: 0 nothing found; 1 problems found; 2 a
    file cannot be read.
    """
    today = datetime.now(UTC).date()
    found: list[Problem] = []
    unreadable: list[str] = []
    paths = [*files, *([policy_file] if policy_file else [])]
    for path in map(own_policy_path, paths or [_yaml_path()]):
        try:
            found += lint_policy(read_chain(path), today)
        except PolicyError as error:
            unreadable.append(str(error))
    write_text(render_problems(found, kind), None)
    for line in unreadable:
        click.echo(f"acctgate: {one_line(line)}", err=True)
    ctx.exit(2 if unreadable else int(bool(found)))
