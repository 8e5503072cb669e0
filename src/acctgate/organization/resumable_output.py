"""Write the accounts of a run to NDJSON, in one go or resumed, so that each is in it exactly once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from acctgate.model.api_error import explain_section
from acctgate.model.organization import OrganizationSummary, find_record, record_path
from acctgate.model.run import Entry, Run
from acctgate.model.snapshot import Snapshot
from acctgate.organization.failure import is_transient, transient_reason
from acctgate.organization.ndjson import Line, Output, read_lines
from acctgate.organization.roster import update_entries
from acctgate.organization.run_record import require_same, write_run
from acctgate.reading import SourceError
from acctgate.sources.run_record import read_run
from acctgate.writing import require_writable


@dataclass(slots=True)
class Collected:
    """What a run has read so far."""

    read: set[str] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)
    """The accounts that could not be read by ID, and why."""
    incomplete: dict[str, str] = field(default_factory=dict)
    """The accounts that were read, but not whole, and why."""
    again: dict[str, str] = field(default_factory=dict)
    """Those of both that reading again may help, and why they failed."""

    def add(self, snapshot: Snapshot) -> None:
        """Count an account."""
        account = str(snapshot.document["account_id"])
        if snapshot.not_read is not None:
            self.unread[account] = snapshot.not_read
        else:
            self.read.add(account)
            for section, error in snapshot.errors.items():
                self.incomplete.setdefault(account, explain_section(section, error))
        if reason := transient_reason(snapshot):
            self.again[account] = reason

    def __contains__(self, account: str) -> bool:
        return account in self.read or account in self.unread

    @property
    def is_whole(self) -> bool:
        """Whether each account that was tried was read, and read whole."""
        return not self.unread and not self.incomplete

    def missing(self, run: Run) -> list[Entry]:
        """Return the accounts that the run has not read yet."""
        return [entry for entry in run.accounts if entry.id not in self]

    def summary(self, run: Run) -> OrganizationSummary:
        """Return how many accounts of the run were read."""
        return run.scope.summarize(len(run.accounts), [each.id for each in run.accounts if each.id not in self.read])


@dataclass(slots=True)
class OpenRun:
    """An output that is open, with its run."""

    run: Run
    found: Collected
    _path: Path
    _output: Output

    def add(self, snapshot: Snapshot) -> None:
        """Write an account.

        Raises:
            WriteError: It cannot be written.
        """
        document = snapshot.document
        if self.run.shard:  # if the record gets lost, this shows that other parts have the other accounts
            document = {**document, "read_as": {**(document.get("read_as") or {}), "shard": self.run.shard}}
        self._output.add(document)
        self.found.add(snapshot)

    def add_line(self, line: Line) -> None:
        """Write the line of another output.

        Raises:
            WriteError: It cannot be written.
        """
        self._output.add_raw(line.raw)
        self.found.add(line.snapshot)

    def finish(self) -> None:
        """Record that all accounts are in the output, if they are.

        Raises:
            WriteError: The record cannot be written.
        """
        self._output.sync()
        if not self.found.missing(self.run):
            write_run(self._path, replace(self.run, size=self._output.size))


@contextmanager
def open_collection(
    path: Path, run: Run, *, resume: bool, overwrite: bool, inputs: Collection[str | Path] = ()
) -> Iterator[OpenRun]:
    """Open the output of a run, and write the record beside it.

    Args:
        path: The output.
        run: The run.
        resume: Whether to keep what an interrupted run with the same options has written.
        overwrite: Whether to replace an existing output.
        inputs: Files that must not be overwritten.

    Raises:
        SourceError: The output is of another run.
        WriteError: It or its record exists already, or cannot be written.
    """
    resume = resume and _has_record(path)
    if not resume:
        for file in (path, record_path(path)):
            require_writable(file, overwrite=overwrite, inputs=inputs)
    with Output(path, new=not resume and not overwrite) as output:
        found, size = Collected(), 0
        if resume:
            run = _resumed(path, run)
            found, size = recover(path, {entry.id for entry in run.accounts}, again=True)
        output.cut(size)
        # After the output is cut: an old output beside a new record would count as what this run has read.
        write_run(path, run)
        yield OpenRun(run, found, path, output)


def _has_record(path: Path) -> bool:
    """Return whether there is a run to resume.

    Raises:
        SourceError: There is an output without a record.
    """
    if find_record(path) is not None:
        return True
    if path.exists() and path.stat().st_size:
        raise SourceError(
            f"{path}: cannot be resumed without {record_path(path).name}; --force instead of --resume starts again"
        )
    return False


def _resumed(path: Path, run: Run) -> Run:
    """Return the recorded run, with the accounts as they are listed now, and those that have left since.

    Raises:
        SourceError: It is another run.
    """
    before = read_run(path)
    require_same(path, before, run)
    others = dict.fromkeys((*before.others, *run.others))
    accounts = tuple(update_entries(before.accounts, run.accounts))
    return replace(before, accounts=accounts, others=tuple(others), in_directory=run.in_directory, size=None)


def recover(path: Path, expected: Collection[str], *, again: bool = False) -> tuple[Collected, int]:
    """Return what a run has written, and the size of its whole lines in bytes. A torn last line is behind them.

    Args:
        path: The output.
        expected: The IDs of the run's accounts.
        again: Whether to leave out the last lines of accounts that reading again may help, which a run writes last.

    Raises:
        SourceError: The file is not an output of this run: it has another account, or one twice.
    """
    found, size, seen = Collected(), 0, set[str]()
    last: list[Line] = []
    for line in read_lines(path) if path.exists() else ():
        if line.account not in expected:
            raise SourceError(f"{path}: has account {line.account}, which is not one of this run")
        if line.account in seen:
            raise SourceError(f"{path}: has account {line.account} twice")
        seen.add(line.account)
        last.append(line)
        if not again or not is_transient(line.snapshot):
            for each in last:
                found.add(each.snapshot)
                size += len(each.raw)
            last.clear()
    return found, size
