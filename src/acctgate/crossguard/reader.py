"""Read the live account, or a snapshot file, for a stack that has no data sources: while the engine works."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from acctgate.model.planned_change import Provider
from acctgate.model.snapshot import Snapshot
from acctgate.sources import SourceError
from acctgate.sources.snapshots import read_snapshots, unreadable


@dataclass(slots=True)
class Background:
    """Things that are asked for early and needed late. Each is done once for each preview."""

    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "acctgate"))
    started: dict[Any, Future[Any]] = field(default_factory=dict)

    def start(self, key: Any, work: Callable[[], Any]) -> Future[Any]:
        """Start the work, unless it has been started."""
        if key not in self.started:
            self.started[key] = self.pool.submit(work)
        return self.started[key]

    def forget(self) -> None:
        """The next preview asks again."""
        self.started.clear()


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Where the pack reads accounts: the configuration of the policy `account`, else the environment."""

    snapshot: str | None = None
    region: str | None = None
    role_arn: str | None = None
    endpoint: str | None = None


def start(background: Background, settings: AccountSettings, provider: Provider | None) -> Future[list[Snapshot]]:
    """Start to read the account that a provider deploys to, or the default one."""
    role = provider.role_arn if provider and provider.role_arn else settings.role_arn
    key = ("account", settings.snapshot or role)
    return background.start(key, lambda: _read(settings, role))


def read_all(background: Background, settings: AccountSettings, providers: Iterable[Provider]) -> list[Snapshot]:
    """The accounts that these providers deploy to, or the default one where there is none."""
    futures = {id(future): future for future in (start(background, settings, each) for each in providers)}
    if not futures:
        futures[0] = start(background, settings, None)
    return [snapshot for future in futures.values() for snapshot in future.result()]


def _read(settings: AccountSettings, role: str | None) -> list[Snapshot]:
    if settings.snapshot:
        return list(read_snapshots([settings.snapshot]))
    from acctgate.sources.calls import Target
    from acctgate.sources.live import read_account

    try:
        return [read_account(Target.chosen(settings.region, role, settings.endpoint), datetime.now(UTC))]
    except SourceError as error:
        return [unreadable(error)]
