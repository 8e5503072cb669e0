"""Find out which accounts a run has to read, before it reads any."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from acctgate.model.config_rule_compliance import SECTION as RULE_SECTION
from acctgate.model.optional_sections import Extras
from acctgate.model.run import Entry, Run
from acctgate.organization.accounts_file import read_accounts_file
from acctgate.organization.member import MemberReader
from acctgate.organization.pace import Pace
from acctgate.organization.read_many import ReadAccount, read_many
from acctgate.organization.roster import Selection, Shard, doubt_notice, list_entries, select_entries
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.sources.call_error import CallError, clock_remedy
from acctgate.sources.caller import Caller
from acctgate.sources.compliance.group import GroupCompliance, read_group_compliance
from acctgate.sources.deadline import Deadline, DeadlineError
from acctgate.sources.directory import Directory, read_directory
from acctgate.sources.identity import read_identity
from acctgate.sources.target import Target
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
    resumed: bool = False
    """Whether an earlier listing of the same run has shown that each selector matches an account."""


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


class _Answers(NamedTuple):
    """What the caller's own account answers before any other one is read."""

    caller: Caller
    own: str
    """The ID of the caller's account."""
    directory: Directory | None
    group: GroupCompliance | None
    """What an account group says of its accounts, None without one."""


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
    file = read_accounts_file(request.accounts_file) if request.accounts_file else None
    pace = Pace(request.concurrency)
    try:
        ask = partial(_ask, request, target, pace, say, rules=RULE_SECTION in extras.sections)
        answers = Deadline.after(LISTING_SECONDS).run(ask)
    except DeadlineError:
        limit = describe_duration(timedelta(seconds=LISTING_SECONDS))
        raise SourceError(f"the accounts cannot be listed: timeout after {limit}; check the network") from None
    listed = file.accounts if file else ()
    entries = list_entries(answers.directory, listed, request.selection.role_name, answers.own)
    chosen = select_entries(entries, request.selection, resumed=request.resumed)
    run = _run(request, chosen, answers, timestamp(now))
    run = replace(run, region=target.region, accounts_file=file.digest if file else None, names=extras.names)
    reader = MemberReader(answers.caller, target, extras, answers.group)
    directory_notice = answers.directory.notice if answers.directory else None
    notices = (directory_notice, doubt_notice(run.accounts, request.selection))
    return Prepared(run, pace, tuple(filter(None, notices)), reader, request.concurrency)


def _run(request: Request, chosen: Sequence[Entry], answers: _Answers, now: str) -> Run:
    """Return the run that reads the shard's accounts of those that are selected.

    Raises:
        SourceError: The shard has none.
    """
    mine = [entry for entry in chosen if not request.shard or request.shard.has(entry.id)]
    if not mine:
        raise SourceError(f"shard {request.shard} has no account of {len(chosen):,}; use fewer shards")
    here, directory = {entry.id for entry in mine}, answers.directory
    return Run(
        started_at=now,
        management=answers.own,
        role_name=request.selection.role_name,
        directory=directory.id if directory else None,
        include=tuple(map(one_line, request.selection.include)),
        exclude=tuple(map(one_line, request.selection.exclude)),
        shard=str(request.shard) if request.shard else None,
        run=None if request.run is None else one_line(request.run),
        aggregator=None if request.aggregator is None else one_line(request.aggregator),
        in_directory=len(directory.accounts) if directory else None,
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


def _ask(request: Request, target: Target, pace: Pace, say: Callable[[str], None] | None, *, rules: bool) -> _Answers:
    """Return what the caller's own account answers; of an account group only with `rules`.

    Raises:
        SourceError: The caller, the directory or the account group cannot be read.
    """
    try:
        caller = Caller(target, policy=pace)
    except CallError as error:
        raise SourceError(f"the organization cannot be read: {error}") from None
    try:
        own, _ = read_identity(caller.call)
    except CallError as error:
        raise SourceError(f"the caller cannot be identified: {error}{clock_remedy(error)}") from None
    directory = read_directory(caller.call, say) if request.directory else None
    group = _read_group(caller, request.aggregator) if request.aggregator and rules else None
    return _Answers(caller, own, directory, group)
