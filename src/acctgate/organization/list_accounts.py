"""Find out which accounts a run has to read, before it reads any."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from acctgate.model.config_rule_compliance import SECTION as RULE_SECTION
from acctgate.model.credential_report import Names
from acctgate.model.optional_sections import Extras
from acctgate.model.run import Entry, Run
from acctgate.organization.accounts_file import read_accounts_file
from acctgate.organization.member import MemberReader
from acctgate.organization.pace import Pace
from acctgate.organization.read_many import ReadAccount, read_many
from acctgate.organization.roster import Selection, Shard, doubt_notice, list_entries, select
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.sources.call_error import CallError, clock_remedy
from acctgate.sources.caller import Caller
from acctgate.sources.compliance.group import GroupCompliance, read_group_compliance
from acctgate.sources.deadline import Deadline, DeadlineError
from acctgate.sources.directory import Directory, read_directory
from acctgate.sources.identity import read_identity
from acctgate.sources.target import Target
from acctgate.text import os_reason
from acctgate.times import describe_duration, timestamp

LISTING_SECONDS: Final = 600.0
"""How long listing the accounts may take: a server that trickles holds a call, which `Pace` does not abandon."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for."""

    directory: bool
    """Whether to read the accounts of the Resource Directory."""
    accounts_file: str | None
    selection: Selection
    shard: Shard | None
    run: str | None
    """The name of the run."""
    concurrency: int
    aggregator: str | None = None
    """The ID of an account group of Cloud Config that says which accounts comply with its packs."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that is ready to read."""

    run: Run
    pace: Pace
    notices: tuple[str, ...]
    """What is not known of the directory, and which accounts are read because of that."""
    _reader: MemberReader
    _concurrency: int

    def read(self, entries: Collection[Entry]) -> Iterator[ReadAccount]:
        """Read accounts, and return each as it comes."""
        return read_many(entries, self._reader.read, self._concurrency)


def prepare(
    request: Request,
    target: Target,
    extras: Extras,
    now: datetime,
    say: Callable[[str], None] | None = None,
) -> Prepared:
    """List the accounts to read.

    Args:
        request: What to read.
        target: The caller that lists the accounts and assumes their roles.
        extras: What to read of each account besides what is always read.
        now: The time to record.
        say: Gets what is being read.

    Raises:
        SourceError: The accounts cannot be listed within `LISTING_SECONDS`, or a selector matches none.
    """
    listed = read_accounts_file(request.accounts_file) if request.accounts_file else []
    pace = Pace(request.concurrency)
    try:
        connect_all = partial(_connect, request, target, pace, say, rules=RULE_SECTION in extras.sections)
        connected = Deadline.after(LISTING_SECONDS).run(connect_all)
    except DeadlineError:
        limit = describe_duration(timedelta(seconds=LISTING_SECONDS))
        raise SourceError(f"the accounts cannot be listed: timeout after {limit}; check the network") from None
    caller, own, directory, group = connected
    entries = list_entries(directory, listed, request.selection.role_name, own)
    chosen = select(entries, request.selection)
    run = _run(request, chosen, own, directory, timestamp(now), extras.names)
    reader = MemberReader(caller, target, extras, group)
    notices = (directory.notice if directory else None, doubt_notice(run.accounts, request.selection))
    return Prepared(run, pace, tuple(filter(None, notices)), reader, request.concurrency)


def _run(
    request: Request, chosen: Sequence[Entry], own: str, directory: Directory | None, now: str, names: Names | None
) -> Run:
    """Return the run that reads the shard's accounts of those that are selected.

    Raises:
        SourceError: The shard has none, or the accounts file cannot be read.
    """
    mine = [entry for entry in chosen if not request.shard or request.shard.has(entry.id)]
    if not mine:
        raise SourceError(f"shard {request.shard} has no account of {len(chosen):,}; use fewer shards")
    here = {entry.id for entry in mine}
    return Run(
        started_at=now,
        management=own,
        role_name=request.selection.role_name,
        directory=directory.id if directory else None,
        include=tuple(map(one_line, request.selection.include)),
        exclude=tuple(map(one_line, request.selection.exclude)),
        accounts_file=_digest(request.accounts_file),
        shard=str(request.shard) if request.shard else None,
        run=None if request.run is None else one_line(request.run),
        names=names,
        in_directory=len(directory.members) + 1 if directory else None,
        accounts=tuple(mine),
        others=tuple(entry.id for entry in chosen if entry.id not in here),
    )


def _read_group(caller: Caller, aggregator: str) -> GroupCompliance:
    """Return what an account group says of its accounts.

    Raises:
        SourceError: It cannot be read.
    """
    try:
        return read_group_compliance(caller.call, aggregator)
    except CallError as error:
        raise SourceError(f"the account group {one_line(aggregator)} cannot be read: {error}") from None


def _connect(
    request: Request, target: Target, pace: Pace, say: Callable[[str], None] | None, *, rules: bool
) -> tuple[Caller, str, Directory | None, GroupCompliance | None]:
    """Return the caller, its account, and what is to be read of the directory and, with `rules`, the account group."""
    try:
        caller = Caller(target, policy=pace)
    except CallError as error:
        raise SourceError(f"the organization cannot be read: {error}") from None
    try:
        own, _ = read_identity(caller.call)
    except CallError as error:
        raise SourceError(f"the caller cannot be identified: {error}{clock_remedy(error)}") from None
    directory = read_directory(caller.call, say) if request.directory else None
    return caller, own, directory, _read_group(caller, request.aggregator) if request.aggregator and rules else None


def _digest(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        return f"sha256:{hashlib.sha256(Path(path).read_bytes()).hexdigest()}"
    except OSError as error:
        raise SourceError(f"{path}: {os_reason(error)}") from None
