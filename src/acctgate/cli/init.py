"""The command `acctgate init`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from acctgate.cli.accounts import read_accounts, single_account, source_options
from acctgate.cli.examples import WithExamples
from acctgate.cli.live import Live, live_options
from acctgate.cli.options import only_account_option, or_fail, require_meant
from acctgate.cli.progress import READING, progress
from acctgate.commands.init.files import refuse_conflicts, write_files
from acctgate.commands.init.fit import fit, prove
from acctgate.commands.init.pipelines import pack_files, pipeline_paths, render
from acctgate.commands.init.repository import detect_systems, inspect_repository
from acctgate.commands.init.summary import InitSummary
from acctgate.installation import find_installation
from acctgate.policy import load_preset
from acctgate.policy.command_line import meant_accounts
from acctgate.policy.find import NAMES

_POLICY: Final = NAMES[0].as_posix()


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
@only_account_option
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
    live: Live,
    directory: Path,
) -> None:
    """Set up acctgate in the repository in DIRECTORY (default: this one).

    Reads one account and writes a policy that fits it: nothing blocks today, and what the policy requires can only
    get better. Also writes the policy pack for Pulumi and a pipeline without stored keys, and lists what to tighten.
    Exit status: 0 written; 3 written, but unknown rules are only advisory; 2 nothing written.
    """
    now, region = datetime.now(UTC), live.target().region
    goal = load_preset(preset)
    repository = or_fail(lambda: inspect_repository(directory))
    pipelines = pipeline_paths(systems or detect_systems(repository), repository)
    pack = pack_files(repository)
    or_fail(lambda: refuse_conflicts(directory, [_POLICY, *pack, *pipelines.values()], force=force))
    with progress(READING) as reading:
        accounts = read_accounts(responses, snapshots, live, now, reading.say, goal.sections)
        account = single_account(accounts, "a policy is fitted to one")
    require_meant(account.account_id)
    fitted = fit(account, goal, preset, now, sorted(meant_accounts(os.environ)))
    or_fail(lambda: prove(fitted, account, now))
    installation = find_installation()
    written = {file: render(name, repository, region, fitted.meant, installation) for name, file in pipelines.items()}
    files = {_POLICY: fitted.text(), **pack, **written}
    or_fail(lambda: write_files(directory, files))
    sources = [("--response", file) for file in responses] + [("--snapshot", file) for file in snapshots]
    for line in InitSummary(repository, fitted, pipelines, sources, live.options(), installation).lines(list(files)):
        click.echo(line)
    unknown = [gap for gap in fitted.gaps if gap.kind == "unknown"]
    if unknown:
        message = f"{len(unknown)} rules are unknown and only advisory: {unknown[0].now}"
        click.echo(f"acctgate: {message}; fix this, then run acctgate init --force", err=True)
        ctx.exit(3)
