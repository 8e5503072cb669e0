"""The command `acctgate init`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from acctgate.cli.support.accounts import read_accounts, single_account, source_options
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.exit_status import UNKNOWN
from acctgate.cli.support.inputs import require_expected
from acctgate.cli.support.live_options import Live, live_options
from acctgate.cli.support.options import only_account_option
from acctgate.cli.support.progress import READING, progress
from acctgate.commands.init.files import plan_changes, refuse_conflicts, write_files
from acctgate.commands.init.fit import fit, present_preset, prove
from acctgate.commands.init.generate import Generator
from acctgate.commands.init.pipelines import PIPELINES, pipeline_files, written_region, written_role, written_systems
from acctgate.commands.init.repository import detect_systems, inspect_repository
from acctgate.commands.init.summary import InitSummary
from acctgate.installation import find_installation
from acctgate.model.optional_sections import Extras
from acctgate.policy import PRESETS, load_preset
from acctgate.policy.command_line import expected_accounts
from acctgate.text import plural


@click.command(
    "init",
    cls=WithExamples,
    short_help="Set up acctgate in a repository: policy, pack and pipeline.",
    examples=(
        "acctgate init  # for the live account, and the CI system that the repository uses",
        "acctgate init --pipeline gitlab --extends baseline",
        "acctgate init --snapshot prod.json --pipeline github infrastructure",
        "acctgate init --pack-dir guard  # policies/ is another policy pack",
    ),
)
@click.option(
    "--pipeline",
    "systems",
    type=click.Choice(tuple(PIPELINES)),
    multiple=True,
    help="CI system to write a pipeline for; repeatable.  "
    "[default: those of an earlier run, else detected in the repository, else github]",
)
@click.option(
    "--extends",
    "preset",
    type=click.Choice(PRESETS),
    help="The preset to extend, which the account should satisfy in the end.  "
    "[default: the one that an earlier run used, else strict]",
)
@click.option(
    "--pack-dir",
    "pack",
    metavar="DIR",
    help="The folder of the policy and the policy pack, in DIRECTORY.  "
    "[default: the one that an earlier run used, else policies]",
)
@click.option("--force", is_flag=True, help="Overwrite existing files, including those that you edited.")
@only_account_option
@source_options
@live_options
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.pass_context
def command(
    ctx: click.Context,
    systems: tuple[str, ...],
    preset: str | None,
    pack: str | None,
    force: bool,
    responses: tuple[str, ...],
    snapshots: tuple[str, ...],
    live: Live,
    directory: Path,
) -> None:
    """Set up acctgate in the repository in DIRECTORY (default: this one).

    Reads one account and writes a policy that fits it: nothing blocks today, and what the policy requires can only
    get better. Also writes the policy pack for Pulumi and a pipeline without stored keys, and lists what to tighten.
    Another run updates these files and shows the differences. It keeps files that you edited.
    Exit status: 0 written; 3 written, but unknown rules are only advisory; 2 nothing written.
    """
    now = datetime.now(UTC)
    repository = or_fail(lambda: inspect_repository(directory, pack))
    chosen = systems or or_fail(lambda: written_systems(repository)) or detect_systems(repository)
    pipelines = or_fail(lambda: pipeline_files(chosen, repository))
    role = live.role_arn or written_role(repository)
    if not os.environ.get("ACCTGATE_PROFILE"):  # a profile has a region of its own, and may be of the account itself
        live = live._replace(region=live.region or written_region(repository), role_arn=role)
    generator = Generator(repository, pipelines, find_installation())
    target = preset or present_preset(generator.policy_file) or "strict"
    goal = load_preset(target)
    or_fail(lambda: refuse_conflicts(repository.root, generator.names(), force=force))
    with progress(READING) as reading:
        accounts = read_accounts(responses, snapshots, live, now, reading.say, Extras(goal.sections))
        account = single_account(accounts, "a policy is fitted to one")
    require_expected(account.account_id)
    fitted = fit(account, goal, target, now, sorted(expected_accounts(os.environ)))
    policy = or_fail(lambda: prove(fitted, account, now))
    kept = {} if force else or_fail(lambda: generator.kept(policy, now))
    changes = plan_changes(repository.root, generator.texts(fitted, live.target().region, role), kept, force=force)
    or_fail(lambda: write_files(repository.root, changes))
    sources = [("--response", file) for file in responses] + [("--snapshot", file) for file in snapshots]
    summary = InitSummary(generator, fitted, sources, live.options())
    for line in summary.lines(changes):
        click.echo(line)
    unknown = [gap for gap in fitted.gaps if gap.kind == "unknown"]
    if unknown:
        message = f"{plural(len(unknown), 'rule')} unknown and only advisory: {unknown[0].now}"
        click.echo(f"acctgate: {message}; fix this, then run acctgate init again (--force if it was edited)", err=True)
        ctx.exit(UNKNOWN)
