"""Read many accounts in parallel, in the one process that serves all data sources of a preview.

The engine checks one resource after another. So the first one names all accounts: they are read in the background,
and the resources of the accounts only wait for what is not there yet.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ResourceProvider, UpdateResult

from acctgate.crossguard.source_types import ARGUMENTS
from acctgate.sources import SourceError
from acctgate.sources.target import Target

if TYPE_CHECKING:
    from acctgate.model.snapshot import Snapshot

_PARALLEL: Final = 16
"""Accounts at the same time. Each makes up to eight calls at the same time."""
_started: dict[Target, Future[Snapshot]] = {}


class BatchReader(ResourceProvider):
    """Starts to read accounts. It holds no secret."""

    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Start to read the accounts. The data source of an account reports its errors."""
        accounts = news.get("accounts")
        for arguments in accounts if isinstance(accounts, list) else ():
            values = [arguments.get(name) for name in ARGUMENTS]
            if all(value is None or isinstance(value, str) for value in values):
                try:
                    start(Target.chosen(*values))
                except SourceError:
                    continue
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Show a change of the list as an update."""
        return DiffResult(changes=_olds.get("accounts") != _news.get("accounts"))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record the list. Nothing is created."""
        return CreateResult("accounts", props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Record the list."""
        return UpdateResult(_news)


def start(target: Target) -> None:
    """Start to read an account. An earlier run of the same process may have started it: that is too old."""
    _started[target] = _pool().submit(_read, target)


def read(target: Target) -> Snapshot:
    """Return an account, read now or by an earlier `start`. Each `start` counts once.

    Raises:
        SourceError: Nothing of it can be read.
    """
    future = _started.pop(target, None)
    return future.result() if future else _read(target)


@lru_cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_PARALLEL, "acctgate")


def _read(target: Target) -> Snapshot:
    from acctgate.sources.live import read_account  # noqa: PLC0415 - loads only for a live call

    return read_account(target, datetime.now(UTC))
