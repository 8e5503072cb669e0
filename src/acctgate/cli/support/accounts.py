"""Read the accounts that a command's options name: API responses, snapshots, or otherwise the live account."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import click

from acctgate.cli.support.completion import files
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.live_options import Live
from acctgate.cli.support.option_group import add_options
from acctgate.cli.support.options import snapshot_option
from acctgate.cli.support.progress import Progress
from acctgate.model.optional_sections import Extras
from acctgate.model.organization import Scope, find_record
from acctgate.model.snapshot import Snapshot
from acctgate.reading import SourceError
from acctgate.sources.raw_snapshot import RawSnapshot, unreadable
from acctgate.sources.run_record import read_run
from acctgate.sources.snapshots import read_raw as read_raw_snapshots
from acctgate.sources.snapshots import read_whole

LARGE_INPUT: Final = 1 << 20
"""Bytes."""


source_options = add_options(
    click.option(
        "--response",
        "responses",
        multiple=True,
        metavar="FILE",
        shell_complete=files,
        help="Read an API response in JSON or XML. Several files make up one account.",
    ),
    snapshot_option("Read a snapshot, or NDJSON with one snapshot per line; - is standard input."),
)
"""Adds --response and --snapshot."""


def read_accounts(
    responses: tuple[str, ...],
    snapshots: tuple[str, ...],
    live: Live,
    now: datetime,
    say: Callable[[str], None],
    extras: Extras,
) -> Iterator[Snapshot]:
    """Read the accounts that the options name, one at a time.

    Args:
        responses: Files with API responses.
        snapshots: Snapshot files.
        live: The live account.
        now: The time to record.
        say: Gets the name of each call to the live account.
        extras: What to read of it besides what is always read.
    """
    if responses or snapshots:
        return (each.parse() if isinstance(each, RawSnapshot) else each for each in read_raw(responses, snapshots))
    return _read_live(live, now, say, extras)


def read_raw(responses: tuple[str, ...], snapshots: tuple[str, ...]) -> Iterator[RawSnapshot | Snapshot]:
    """Read the files that the options name; snapshots are left for a worker process to parse."""
    if responses:
        from acctgate.sources.responses import read_responses  # noqa: PLC0415 - snapshots need no XML parser

        try:
            yield read_responses(responses)
        except SourceError as error:
            yield unreadable(error)
    yield from read_raw_snapshots(snapshots)


def recorded_scope(snapshots: tuple[str, ...]) -> Scope | None:
    """Return which accounts the run read whose output is the only input, None if that is not the case."""
    try:
        if len(snapshots) != 1 or snapshots[0] == "-" or find_record(snapshots[0]) is None:
            return None
        return read_run(snapshots[0]).scope
    except SourceError:  # reported when the file is read
        return None


def read_all(path: str, shown: Progress) -> list[Snapshot]:
    """Read all snapshots of a file, and count them in the progress.

    Raises:
        click.ClickException: One cannot be read.
    """
    return or_fail(lambda: list(shown.count(read_whole([path]), "accounts read")))


def is_large(paths: tuple[str, ...]) -> bool:
    """Return whether the input is large enough for worker processes. A pipe has no size and counts as small."""
    try:
        return sum(map(_size, paths)) >= LARGE_INPUT
    except OSError:  # reported when the file is read
        return False


def _size(file: str) -> int:
    return os.fstat(sys.stdin.fileno()).st_size if file == "-" else Path(file).stat().st_size


def single_account(accounts: Iterator[Snapshot], why: str) -> Snapshot:
    """Return the only account of the input.

    Raises:
        click.ClickException: It cannot be read, or there is not exactly one. `why` explains the limit.
    """
    found = list(islice(accounts, 2))
    for account in found:
        if account.unreadable is not None:
            raise click.ClickException(account.unreadable)
    if len(found) != 1:
        raise click.ClickException(f"the input has {'several accounts' if found else 'no account'}, and {why}")
    return found[0]


def _read_live(live: Live, now: datetime, say: Callable[[str], None], extras: Extras) -> Iterator[Snapshot]:
    from acctgate.sources.live import read_account  # noqa: PLC0415 - a file needs no API client

    try:
        yield read_account(live.target(), now, say, extras)
    except SourceError as error:
        yield unreadable(error)
