"""Parse and judge many accounts in worker processes, in order and with bounded memory.

The main process reads raw documents and renders reports; workers do what lies between. Where totals are enough, they
add up the reports too. Each worker has one chunk at a time, so the memory does not grow with the input. Workers are
forked: they have the policy with its own rules already.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from acctgate.evaluate.pipeline import EvaluationError
from acctgate.evaluate.prepare import JudgeControls, prepare_many
from acctgate.log import trace
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy.policy import Policy
from acctgate.redact import one_line
from acctgate.sources.raw_snapshot import RawSnapshot

MOST_WORKERS: Final = 8
"""More do not help: the main process renders no faster."""
_CHUNK: Final = 512 << 10
"""Bytes of raw documents that a worker gets at once. Larger chunks take less time, since code that runs many times in a
row stays in the processor's caches; but a file of few chunks does not use many cores."""

Account = RawSnapshot | Snapshot
JudgeAll = Callable[[Sequence[Snapshot]], list[AccountReport]]
T = TypeVar("T")
Summarize = Callable[[list[AccountReport]], T]


class _Task(NamedTuple):
    """What a worker has to do."""

    accounts: Sequence[Account]
    summarize: bool
    """Whether it returns totals in place of reports."""


class _Failure(NamedTuple):
    """Sent by a worker in place of reports: a fault of acctgate."""

    text: str


class Workers(Generic[T]):
    """Worker processes, as a context manager. Start them before any thread: a fork copies only one."""

    def __init__(
        self, jobs: int, policy: Policy, now: datetime, summarize: Summarize[T], controls: JudgeControls | None = None
    ) -> None:
        """Prepare the processes.

        Args:
            jobs: How many there are.
            policy: The policy to judge by.
            now: The time of judgement (with a time zone).
            summarize: Returns the totals over the accounts of a chunk.
            controls: Judges the controls of frameworks too, None without them.
        """
        self._jobs, self._judging = jobs, (policy, now, summarize, controls)
        self._connections: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []

    def __enter__(self) -> Workers[T]:
        sys.stdout.flush()  # else every worker has a copy of what is not written yet
        gc.freeze()
        context = multiprocessing.get_context("fork")
        for _ in range(self._jobs):
            ours, theirs = context.Pipe()
            self._connections.append(ours)
            inherited = tuple(self._connections)
            process = context.Process(target=_work, args=(theirs, inherited, *self._judging), daemon=True)
            process.start()
            theirs.close()  # so that a read ends when the worker does
            self._processes.append(process)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            if error is not None:
                process.terminate()
            process.join()

    def judge(self, accounts: Iterable[Account]) -> Iterator[AccountReport]:
        """Yield the report on each account, in the input's order.

        Raises:
            EvaluationError: A worker process ended, for example because a rule ended it.
        """
        for reports in self._answers(_Task(chunk, summarize=False) for chunk in _chunks(accounts)):
            yield from reports

    def summarize(self, accounts: Iterable[Account]) -> Iterator[T]:
        """Yield the totals over the accounts, chunk by chunk, in the input's order.

        Raises:
            EvaluationError: See `judge`.
        """
        return self._answers(_Task(chunk, summarize=True) for chunk in _chunks(accounts))

    def _answers(self, tasks: Iterable[_Task]) -> Iterator[Any]:
        """Yield the answer for each task, in order."""
        idle, busy = deque(self._connections), deque[Connection]()
        for task in tasks:
            if idle:
                worker, done = idle.popleft(), []
            else:
                worker = busy.popleft()
                done = [_receive(worker)]
            _send(worker, task)
            busy.append(worker)
            yield from done
        while busy:
            yield _receive(busy.popleft())


def available_cores() -> int:
    """Return how many worker processes are useful: the cores that this process may use, at most `MOST_WORKERS`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_WORKERS)


def can_fork() -> bool:
    """Return whether this system can start worker processes."""
    return "fork" in multiprocessing.get_all_start_methods()


def _chunks(accounts: Iterable[Account]) -> Iterator[list[Account]]:
    chunk: list[Account] = []
    size = 0
    for account in accounts:
        chunk.append(account)
        size += len(account.raw) if isinstance(account, RawSnapshot) else 0
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _send(worker: Connection, task: _Task) -> None:
    try:
        worker.send(task)
    except OSError as error:
        raise _ended(error) from None


def _receive(worker: Connection) -> Any:
    """Return a worker's answer, which it then has finished.

    Raises:
        EvaluationError: The worker ended, or failed.
    """
    try:
        answer = worker.recv()
    except (EOFError, OSError) as error:
        raise _ended(error) from None
    if isinstance(answer, _Failure):
        raise EvaluationError(answer.text)
    return answer


def _ended(error: Exception) -> EvaluationError:
    trace("a worker process ended", error)
    return EvaluationError("a worker process ended unexpectedly; --jobs 1 may show why")


def _work(
    connection: Connection,
    inherited: Sequence[Connection],
    policy: Policy,
    now: datetime,
    summarize: Summarize[object],
    controls: JudgeControls | None,
) -> None:
    """Do tasks until the main process closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the main one ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in inherited:  # while a worker holds one open, no other worker sees that the main process has ended
        other.close()
    judge = prepare_many(policy, now, controls)
    try:
        while True:
            task: _Task = connection.recv()
            connection.send(_answer(judge, summarize if task.summarize else list, task.accounts))
    except (EOFError, OSError):
        return
    except BaseException as error:
        trace("a worker process failed", error)
        os._exit(1)  # multiprocessing would print a traceback


def _answer(judge: JudgeAll, shorten: Summarize[object], accounts: Sequence[Account]) -> object:
    try:
        parsed = [account.parse() if isinstance(account, RawSnapshot) else account for account in accounts]
        return shorten(judge(parsed))
    except Exception as error:
        trace("a fault of acctgate", error)
        return _Failure(f"{type(error).__name__}: {one_line(error)} (this is a fault of acctgate)")
