"""Read the accounts that a command's options name: API responses, snapshots, or otherwise the live account."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from acctgate.cli.completion import files
from acctgate.cli.live import Live
from acctgate.cli.progress import Progress
from acctgate.model.credential_report import Names
from acctgate.model.organization import Scope, find_record
from acctgate.model.snapshot import OPTIONAL_SECTIONS, Snapshot
from acctgate.reading import SourceError
from acctgate.sources.snapshots import RawSnapshot, read_snapshots, unreadable
from acctgate.sources.snapshots import read_raw as read_raw_snapshots

LARGE_INPUT: Final = 1 << 20
"""Bytes."""
F = TypeVar("F", bound=Callable[..., Any])


def source_options(command: F) -> F:
    """Add --response and --snapshot."""
    for option in (
        click.option(
            "--snapshot",
            "snapshots",
            multiple=True,
            metavar="FILE",
            shell_complete=files,
            help="Read a snapshot, or NDJSON with one snapshot per line; - is standard input.",
        ),
        click.option(
            "--response",
            "responses",
            multiple=True,
            metavar="FILE",
            shell_complete=files,
            help="Read an API response in JSON or XML. Several files make up one account.",
        ),
    ):
        command = option(command)
    return command


def read_accounts(
    responses: tuple[str, ...],
    snapshots: tuple[str, ...],
    live: Live,
    now: datetime,
    say: Callable[[str], None] | None = None,
    optional: Collection[str] = OPTIONAL_SECTIONS,
    names: Names | None = None,
    max_report_age: timedelta | None = None,
) -> Iterator[Snapshot]:
    """Read the accounts that the options name, one at a time.

    Args:
        responses: Files with API responses.
        snapshots: Snapshot files.
        live: The live account.
        now: The time to record.
        say: Gets the name of each call to the live account.
        optional: The optional sections to read from it.
        names: How to name its users; None does not read them.
        max_report_age: The age from which its compliance packs' reports are generated again; None only reads reports.
    """
    if responses or snapshots:
        return (each.parse() if isinstance(each, RawSnapshot) else each for each in read_raw(responses, snapshots))
    return _read_live(live, now, say, optional, names, max_report_age)


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
        from acctgate.sources.run_record import read_run  # noqa: PLC0415 - loads only beside a record

        return read_run(snapshots[0]).scope
    except SourceError:  # reported when the file is read
        return None


def read_all(path: str, shown: Progress) -> list[Snapshot]:
    """Read all snapshots of a file, and count them in the progress.

    Raises:
        click.ClickException: One cannot be read.
    """
    found = list(shown.count(read_snapshots([path]), "accounts read"))
    for snapshot in found:
        if snapshot.unreadable is not None:
            raise click.ClickException(snapshot.unreadable)
    return found


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


def _read_live(
    live: Live,
    now: datetime,
    say: Callable[[str], None] | None,
    optional: Collection[str],
    names: Names | None,
    max_report_age: timedelta | None,
) -> Iterator[Snapshot]:
    from acctgate.sources.live import read_account  # noqa: PLC0415 - a file needs no API client

    try:
        yield read_account(live.target(), now, say, optional, names, max_report_age)
    except SourceError as error:
        yield unreadable(error)
