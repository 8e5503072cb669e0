"""Read many accounts at the same time, each in a thread of its own, and hand them over as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

from acctgate.model.run import Entry
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import not_reached
from acctgate.organization.failure import is_transient
from acctgate.organization.pace import ACCOUNT_SECONDS
from acctgate.sources.deadline import Deadline

_GRACE: Final = 30.0
"""Seconds after an account's deadline at which its thread is abandoned: a socket that trickles holds it."""


class ReadAccount(NamedTuple):
    """An account that was read, or could not be read."""

    entry: Entry
    snapshot: Snapshot


def read_many(
    entries: Iterable[Entry], read: Callable[[Entry], Snapshot], concurrency: int, seconds: float = ACCOUNT_SECONDS
) -> Iterator[ReadAccount]:
    """Return each account once, as it was read, in any order.

    An account in which something is missing because of the connection is read again after all others.

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
    yield from _read_once(again, read, concurrency, seconds + _GRACE)


def _read_once(
    entries: Iterable[Entry], read: Callable[[Entry], Snapshot], concurrency: int, seconds: float
) -> Iterator[ReadAccount]:
    waiting, running = iter(entries), dict[str, tuple[Entry, Deadline]]()
    results: SimpleQueue[ReadAccount] = SimpleQueue()
    while True:
        while len(running) < concurrency and (entry := next(waiting, None)):
            running[entry.id] = entry, Deadline.after(seconds)
            work = threading.Thread(target=_work, args=(entry, read, results), name="acctgate-account", daemon=True)
            work.start()
        if not running:
            return
        first = min((deadline for _, deadline in running.values()), key=lambda each: each.at)
        try:
            found = results.get(timeout=first.remaining)
        except Empty:
            yield from _abandon(running)
            continue
        if running.pop(found.entry.id, None):  # otherwise it was abandoned
            yield found


def _work(entry: Entry, read: Callable[[Entry], Snapshot], results: SimpleQueue[ReadAccount]) -> None:
    results.put(ReadAccount(entry, read(entry)))


def _abandon(running: dict[str, tuple[Entry, Deadline]]) -> Iterator[ReadAccount]:
    """Give up the accounts whose deadline has passed."""
    for name, (entry, deadline) in list(running.items()):
        if not deadline.remaining:
            del running[name]
            yield ReadAccount(entry, not_reached(entry, datetime.now(UTC), "timeout"))
