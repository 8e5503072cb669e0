"""Read many accounts at the same time, in threads, and hand them over as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

from acctgate.log import trace
from acctgate.model.run import Entry
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import not_reached
from acctgate.organization.failure import is_transient
from acctgate.organization.pace import MEMBER_SECONDS
from acctgate.redact import one_line
from acctgate.sources.deadline import Deadline

_GRACE: Final = 30.0
"""Seconds after an account's deadline at which its thread is abandoned: a socket that trickles holds it."""


class ReadAccount(NamedTuple):
    """An account that was read, or could not be read."""

    entry: Entry
    snapshot: Snapshot


def read_many(
    entries: Iterable[Entry], read: Callable[[Entry], Snapshot], concurrency: int, seconds: float = MEMBER_SECONDS
) -> Iterator[ReadAccount]:
    """Return each account once, as it was read, in any order.

    An account in which something is missing that may pass, such as a broken connection, is read again after all
    others. Those for which that does not help come last, so that a run that is resumed finds them together.

    Args:
        entries: The accounts.
        read: Reads one, and never raises.
        concurrency: How many accounts to read at the same time.
        seconds: How long reading an account may take.
    """
    again: list[Entry] = []
    for found in _read_once(entries, read, concurrency, seconds + _GRACE):
        if is_transient(found.snapshot):
            again.append(found.entry)
        else:
            yield found
    lost: list[ReadAccount] = []
    for found in _read_once(again, read, concurrency, seconds + _GRACE):
        if is_transient(found.snapshot):
            lost.append(found)
        else:
            yield found
    yield from lost


def _read_once(
    entries: Iterable[Entry], read: Callable[[Entry], Snapshot], concurrency: int, seconds: float
) -> Iterator[ReadAccount]:
    waiting, finished = iter(entries), list[ReadAccount]()
    readers = _Readers(read, seconds)
    try:
        while True:
            while len(readers.running) < concurrency and (entry := next(waiting, None)):
                readers.start(entry)
            yield from finished  # only now: the next account does not wait until this one is written
            if not readers.running:
                return
            finished = readers.wait()
    finally:
        readers.close()


class _Readers:
    """Threads that read one account after the other: with a busy interpreter, starting a thread takes milliseconds."""

    def __init__(self, read: Callable[[Entry], Snapshot], seconds: float) -> None:
        self._read, self._seconds = read, seconds
        self.running: dict[str, tuple[Entry, Deadline]] = {}
        """The accounts that are being read, each with the time at which it is given up."""
        self._entries, self._results = SimpleQueue[Entry | None](), SimpleQueue[ReadAccount]()
        self._threads = self._stuck = 0

    def start(self, entry: Entry) -> None:
        """Read an account, in a thread that has nothing to do or in a new one."""
        self.running[entry.id] = entry, Deadline.after(self._seconds)
        self._entries.put(entry)
        if len(self.running) > self._threads - self._stuck:
            try:
                threading.Thread(target=self._work, name="acctgate-account", daemon=True).start()
            except RuntimeError:  # the machine allows no more: those that run read all
                if not self._threads:
                    raise
            else:
                self._threads += 1

    def wait(self) -> list[ReadAccount]:
        """Return the next account that was read; all that are given up if none was in time."""
        first = min((deadline for _, deadline in self.running.values()), key=lambda each: each.at)
        try:
            found = self._results.get(timeout=first.remaining)
        except Empty:
            return list(self._abandon())
        return [found] if self.running.pop(found.entry.id, None) else []  # otherwise it was given up

    def close(self) -> None:
        """Let the threads end, once they have nothing to do."""
        for _ in range(self._threads):
            self._entries.put(None)

    def _work(self) -> None:
        while entry := self._entries.get():
            # A context of its own, because each account has its own secrets.
            self._results.put(ReadAccount(entry, Context().run(self._attempt, entry)))

    def _attempt(self, entry: Entry) -> Snapshot:
        """Return an account. A thread that ended would hold it, and all that wait for it, until its deadline."""
        try:
            return self._read(entry)
        except Exception as error:
            trace(f"account {entry.id}", error)
            reason = f"{type(error).__name__}: {one_line(error)} (this is a bug in acctgate)"
            return not_reached(entry, datetime.now(UTC), reason)

    def _abandon(self) -> Iterator[ReadAccount]:
        for name, (entry, deadline) in list(self.running.items()):
            if not deadline.remaining:
                del self.running[name]
                self._stuck += 1
                yield ReadAccount(entry, not_reached(entry, datetime.now(UTC), "timeout"))
