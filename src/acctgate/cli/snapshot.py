"""The command `acctgate snapshot`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.exit_status import UNKNOWN
from acctgate.cli.support.inputs import require_expected
from acctgate.cli.support.live_options import Live, live_options
from acctgate.cli.support.options import file_option, force_option, names_option, only_account_option
from acctgate.cli.support.organization_options import READING_MANY, OrganizationOptions, organization_options, read_each
from acctgate.cli.support.output import OVERWRITE, write_text
from acctgate.cli.support.progress import READING, progress
from acctgate.json_text import dump_document
from acctgate.model.api_error import explain_section
from acctgate.model.optional_sections import Extras
from acctgate.model.organization import find_record, record_path
from acctgate.model.snapshot import Snapshot
from acctgate.policy.command_line import chosen_names, expected_accounts
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.sources.live import read_account
from acctgate.sources.run_record import read_run
from acctgate.text import and_more
from acctgate.writing import WriteError

if TYPE_CHECKING:
    from acctgate.model.run import Run
    from acctgate.organization.resumable_output import Collected


def _file(output: Path | None, snapshot: Snapshot) -> Path | None:
    """Return the file to write; in a folder, one named by time and account. That one is never overwritten.

    Raises:
        click.ClickException: It exists.
    """
    if output is None or not output.is_dir():
        return output
    file = output / f"{_stamp(snapshot.taken_at or '')}-{snapshot.account_id or 'unknown'}.json"
    if file.exists():
        raise click.ClickException(f"{file}: already exists; a history is never overwritten")
    return file


def _stamp(time: str) -> str:
    """Return a time as the names of files in a history begin with it: 2026-11-26T101500Z."""
    return time.partition("+")[0].partition(".")[0].replace(":", "").removesuffix("Z") + "Z"


def _run_file(output: Path, run: Run, *, resume: bool) -> Path:
    """Return the file to write many accounts to; in a folder, one named by the run's time.

    With `resume` it is the last file of a run in the folder, if not all of its accounts are in it.
    """
    if not output.is_dir():
        return output
    shard = f"-{run.shard.replace('/', 'of')}" if run.shard else ""
    if resume:
        earlier = sorted(file for file in output.glob(f"*Z-accounts{shard}.ndjson") if record_path(file).exists())
        if earlier and or_fail(lambda: read_run(earlier[-1])).size is None:
            return earlier[-1]
    return output / f"{_stamp(run.started_at)}-accounts{shard}.ndjson"


@click.command(
    "snapshot",
    cls=WithExamples,
    short_help="Read the live account and write a snapshot.",
    examples=(
        "acctgate snapshot --output prod.json",
        "acctgate snapshot --names hash --output prod.json  # with the users' credentials, by pseudonyms",
        "acctgate snapshot --output history/  # into a folder, named by time and account",
        "acctgate snapshot --organization --role-name audit --output accounts.ndjson --resume",
    ),
)
@names_option
@only_account_option
@organization_options
@click.option(
    "--resume",
    is_flag=True,
    help="Continue the run of the output file, or the last one in the output folder, if it was interrupted. Accounts "
    "of the file that an outage left unread are read again.",
)
@file_option
@force_option
@live_options
@click.pass_context
def command(ctx: click.Context, output: Path | None, live: Live, many: OrganizationOptions, resume: bool) -> None:
    """Read the live account and write a snapshot (JSON), or many accounts as NDJSON.

    Exit status: 0 complete; 3 written, but a section or an account has an error; 2 nothing written.
    """
    if many.selected:
        ctx.exit(_write_many(many, live, _output_of_many(output), resume))
    if resume:
        raise click.UsageError("--resume goes with --organization or --accounts")
    _write_one(ctx, output, live)


def _write_one(ctx: click.Context, output: Path | None, live: Live) -> None:
    where = live.target()
    names = or_fail(lambda: chosen_names(os.environ))
    with progress(READING) as shown:
        snapshot = or_fail(lambda: read_account(where, datetime.now(UTC), shown.say, Extras(names=names)))
    require_expected(snapshot.account_id)
    write_text(dump_document(snapshot.document), _file(output, snapshot))
    if snapshot.errors:
        section, error = next(iter(snapshot.errors.items()))
        more = and_more(len(snapshot.errors) - 1)
        click.echo(f"acctgate: {section} is missing: {explain_section(section, error)}{more}", err=True)
        ctx.exit(UNKNOWN)


def _output_of_many(output: Path | None) -> Path:
    """Return the output that --organization and --accounts need.

    Raises:
        click.UsageError: There is none, or an option for one account is given.
    """
    if output is None:
        raise click.UsageError("--organization and --accounts need --output FILE, or a folder")
    if or_fail(lambda: expected_accounts(os.environ)):
        raise click.UsageError("--account names one account; use --include id=ID")
    return output


def _write_many(many: OrganizationOptions, live: Live, output: Path, resume: bool) -> int:
    """Write a snapshot of each account as it comes, and return the exit status."""
    from acctgate.organization.resumable_output import open_collection  # noqa: PLC0415 - loads only to read many accounts

    names = or_fail(lambda: chosen_names(os.environ))
    ctx = click.get_current_context()
    with progress(READING_MANY) as shown:
        resumed = resume and or_fail(lambda: find_record(output)) is not None
        prepared = many.prepare(live, Extras(names=names), datetime.now(UTC), shown, resumed=resumed)
        files = [file for file in (many.accounts_file,) if file]
        path = _run_file(output, prepared.run, resume=resume)
        overwrite = bool(ctx.meta.get(OVERWRITE)) and path == output  # a history is never overwritten
        try:
            with open_collection(path, prepared.run, resume=resume, overwrite=overwrite, inputs=files) as opened:
                try:
                    for snapshot in read_each(prepared, opened.found.missing(opened.run), shown):
                        opened.add(snapshot)
                    opened.finish()
                finally:
                    shown.stop()
                    # In a folder, --resume alone starts another run once each account has a line.
                    _report(opened.run, opened.found, "--resume" if path == output else f"--resume --output {path}")
        except (SourceError, WriteError) as error:
            raise click.ClickException(str(error)) from None
    return 0 if opened.found.is_whole else UNKNOWN


def _report(run: Run, found: Collected, again: str) -> None:
    """Report how many accounts were read, and why the others were not. `again` is what continues the run."""
    click.echo(f"acctgate: {found.summary(run).describe()}", err=True)
    if missing := found.missing(run):
        more = and_more(len(missing) - 1)
        click.echo(f"acctgate: account {missing[0].id} is still to be read{more}; continue with --resume", err=True)
    for accounts, what in ((found.unread, "cannot be read"), (found.incomplete, "is not complete")):
        _name_first({name: accounts[name] for name in accounts if name not in found.again}, what)
    _name_first(found.again, "failed for a reason that may pass", f"; continue with {again}")


def _name_first(accounts: Mapping[str, str], what: str, remedy: str = "") -> None:
    """Report the first of these accounts with its reason, and how many more there are."""
    if accounts:
        account, reason = next(iter(accounts.items()))
        more = and_more(len(accounts) - 1)
        click.echo(f"acctgate: account {account} {what}: {one_line(reason)}{more}{remedy}", err=True)
