"""The command `acctgate init`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from acctgate.cli.accounts import read_accounts, single_account, source_options
from acctgate.cli.examples import WithExamples
from acctgate.cli.options import live_options, or_fail, target
from acctgate.cli.progress import READING, progress
from acctgate.commands.init.fit import fit
from acctgate.commands.init.pipelines import pack_files, place, render
from acctgate.commands.init.repository import look, shown
from acctgate.commands.init.summary import InitSummary
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.snapshot import Snapshot
from acctgate.policy import PolicyError, load_policy, load_preset
from acctgate.policy.find import NAMES
from acctgate.text import and_more
from acctgate.writing import WriteError, write_inside


@click.command(
    "init",
    cls=WithExamples,
    short_help="Set up acctgate in a repository: policy, pack and pipeline.",
    examples=(
        "acctgate init  # for the live account, and the CI system that the repository uses",
        "acctgate init --pipeline gitlab --extends baseline",
        "acctgate init --snapshot prod.json --pipeline github infrastructure",
    ),
)
@click.option(
    "--pipeline",
    "systems",
    type=click.Choice(("github", "gitlab", "flow")),
    multiple=True,
    help="CI system to write a pipeline for; repeatable.  [default: detected in the repository, else github]",
)
@click.option(
    "--extends",
    "preset",
    type=click.Choice(("strict", "baseline")),
    default="strict",
    show_default=True,
    help="The preset that the policy extends, and that the account should satisfy in the end.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@source_options
@live_options
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.pass_context
def command(
    ctx: click.Context,
    systems: tuple[str, ...],
    preset: str,
    force: bool,
    responses: tuple[str, ...],
    snapshots: tuple[str, ...],
    region: str | None,
    role_arn: str | None,
    endpoint: str | None,
    directory: Path,
) -> None:
    """Set up acctgate in the repository in DIRECTORY (default: this one).

    Reads one account and writes a policy that fits it: nothing blocks today, and what the policy requires can only
    get better. Also writes the policy pack for Pulumi and a pipeline without stored keys, and lists what to tighten.
    Exit status: 0 written; 3 written, but unknown rules are only advisory; 2 nothing written.
    """
    now, where = datetime.now(UTC), target(region, role_arn, endpoint)
    goal = load_preset(preset)
    repository = or_fail(lambda: look(directory))
    pipelines = {name: place(name, repository) for name in dict.fromkeys(systems or shown(repository))}
    files = pack_files(repository) | {file: render(name, repository, where.region) for name, file in pipelines.items()}
    policy = NAMES[0].as_posix()
    _refuse_conflicts(directory, [policy, *files], force)
    with progress(READING) as reading:
        account = single_account(
            read_accounts(responses, snapshots, (region, role_arn, endpoint), now, reading.say, goal.sections),
            "a policy is fitted to one",
        )
    fitted = fit(account, goal, preset, now)
    _prove(fitted.text(), account, now)
    files = {policy: fitted.text(), **files}
    _write(directory, files)
    sources = [("--response", file) for file in responses] + [("--snapshot", file) for file in snapshots]
    live = [("--region", region), ("--role-arn", role_arn), ("--endpoint", endpoint)]
    for line in InitSummary(repository, fitted, pipelines, sources, live).lines(list(files)):
        click.echo(line)
    unknown = [gap for gap in fitted.gaps if gap.kind == "unknown"]
    if unknown:
        message = f"{len(unknown)} rules are unknown and only advisory: {unknown[0].now}"
        click.echo(f"acctgate: {message}; fix this, then run acctgate init --force", err=True)
        ctx.exit(3)


def _refuse_conflicts(directory: Path, names: Iterable[str], force: bool) -> None:
    """Find all conflicts before anything is read or written."""
    for name in names:
        for folder in (directory / name).parents:
            if folder != directory and folder.is_relative_to(directory) and folder.exists() and not folder.is_dir():
                raise click.ClickException(f"{folder}: not a directory, so {name} cannot be created")
    for other in NAMES[1:]:  # two policies side by side would be ambiguous
        if os.path.lexists(directory / other):
            raise click.ClickException(
                f"{directory / other}: already exists; rename it to {NAMES[0].name}, or remove it"
            )
    taken = [name for name in names if os.path.lexists(directory / name)]
    if taken and not force:
        raise click.ClickException(f"{directory / taken[0]}: already exists{and_more(len(taken) - 1)}; use --force")


def _prove(policy: str, account: Snapshot, now: datetime) -> None:
    """Load the policy from a file and judge the account by it. It must pass."""
    with TemporaryDirectory(prefix="acctgate-") as folder:
        (file := Path(folder) / "policy.yaml").write_text(policy, encoding="utf-8", newline="\n")
        try:
            (report,) = evaluate([account], load_policy(file), now)
        except PolicyError as error:
            raise click.ClickException(
                f"the fitted policy cannot be loaded: {error} (this is a bug in acctgate)"
            ) from None
    blocking = [outcome for outcome in report.outcomes if outcome.binding and outcome.outcome in ("fail", "unknown")]
    if blocking:
        what = f"{blocking[0].rule}: {blocking[0].message}"
        raise click.ClickException(f"the fitted policy would block: {what} (this is a bug in acctgate)")


def _write(directory: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        try:
            write_inside(directory, name, text)
        except WriteError as error:
            raise click.ClickException(str(error)) from None
