"""Read the live account, or a snapshot file, in the background while the engine works.

The pack needs this for a stack without data sources.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from acctgate.crossguard.configuration import AccountSettings
from acctgate.crossguard.engine_plugin import find_plugin
from acctgate.crossguard.recorded_state import Recorded, export_state
from acctgate.log import trace
from acctgate.model.api_error import ApiError
from acctgate.model.credential_report import Names, with_hashed_names
from acctgate.model.optional_sections import EVERY_SECTION, Extras, Renewal
from acctgate.model.provider import Provider
from acctgate.model.snapshot import Snapshot
from acctgate.plan.provider_plugin import ProviderPlugin
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.deadline import ACCOUNT_SECONDS, Deadline
from acctgate.sources.operations import PACK_REPORT
from acctgate.sources.raw_snapshot import unreadable
from acctgate.sources.snapshots import read_snapshots

if TYPE_CHECKING:
    from acctgate.sources.directory import ListedMember

_PARALLEL: Final = 16
"""Accounts at the same time: a stack may have data sources for many."""


class CredentialReport(NamedTuple):
    """The credential report of an account, or why there is none."""

    account_id: str | None
    report: dict[str, Any] | None
    error: ApiError | None = None


class PackReports(NamedTuple):
    """Reports of an account's compliance packs, by the pack's ID."""

    account_id: str | None
    """None if nothing could be read."""
    reports: Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class BackgroundReader:
    """Reads the recorded state and the accounts of one run, each at most once."""

    settings: AccountSettings
    extras: Extras = EVERY_SECTION
    """What to read besides what is always read: what the policy needs."""
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_PARALLEL, "acctgate"))
    _started: dict[Hashable, Future[Any]] = field(default_factory=dict)

    def use_state(self, state: Future[Recorded | None]) -> None:
        """Take the recorded state from what reads it already."""
        self._started["state"] = state

    def start_state(self) -> Future[Recorded | None]:
        """Start to read the stack's recorded state."""
        return self._start("state", export_state)

    def start_plugin(self) -> Future[ProviderPlugin]:
        """Start to find the alicloud plugin that the engine runs."""
        return self._start("plugin", find_plugin)

    def start_account(self, provider: Provider | None) -> Future[list[Snapshot]]:
        """Start to read the account that a provider deploys to, or the default one."""
        role = provider.role_arn if provider and provider.role_arn else self.settings.role_arn
        settings = replace(self.settings, role_arn=role)
        return self._start(("account", settings.snapshot or role), lambda: self._read(settings))

    def start_target(self, arguments: Mapping[str, str]) -> Future[list[Snapshot]]:
        """Start to read the account that a data source's arguments select."""
        settings = replace(self.settings, snapshot=None, **arguments)
        key = ("account", settings.role_arn) if settings == self.settings else ("target", *sorted(arguments.items()))
        return self._start(key, lambda: self._read(settings))

    def start_names(self, arguments: Mapping[str, str]) -> Future[CredentialReport]:
        """Start to read the credential report of the account that a data source's arguments select."""
        settings = replace(self.settings, **arguments)
        return self._start(("names", *sorted(arguments.items())), lambda: _read_names(settings, self.extras.names))

    def start_reports(
        self, arguments: Mapping[str, str], packs: tuple[str, ...], renewal: Renewal
    ) -> Future[PackReports]:
        """Start to have old reports generated in the account that a data source's arguments select, and read them."""
        settings = replace(self.settings, **arguments)
        key = ("reports", packs, *sorted(arguments.items()))
        return self._start(key, lambda: _read_reports(settings, packs, renewal))

    def start_directory(self) -> Future[tuple[ListedMember, ...]]:
        """Start to list the accounts of the Resource Directory: none if the caller cannot read it."""
        return self._start("directory", lambda: _read_directory(self.settings))

    def read_accounts(self, providers: Iterable[Provider]) -> list[Snapshot]:
        """Return the accounts that these providers deploy to; without providers, the default one."""
        futures = dict.fromkeys(map(self.start_account, providers)) or {self.start_account(None): None}
        return [snapshot for future in futures for snapshot in future.result()]

    def _read(self, settings: AccountSettings) -> list[Snapshot]:
        if settings.snapshot is not None:  # an empty name is an error, and not a reason to read the live account
            return list(read_snapshots([settings.snapshot]))
        from acctgate.sources.live import read_account  # noqa: PLC0415 - loads only for a live call

        try:
            return [read_account(settings.target(), datetime.now(UTC), None, self.extras)]
        except SourceError as error:
            role = settings.role_arn
            return [unreadable(f"{role}: {error}" if role else error)]  # which one of many

    def _start(self, key: Hashable, read: Callable[[], Any]) -> Future[Any]:
        if key not in self._started:
            self._started[key] = self._pool.submit(read)
        return self._started[key]


def _read_reports(settings: AccountSettings, packs: tuple[str, ...], renewal: Renewal) -> PackReports:
    from acctgate.sources.live import account_deadline  # noqa: PLC0415 - loads only for a live call
    from acctgate.sources.live_account import LiveAccount  # noqa: PLC0415 - the same

    try:
        account = LiveAccount(settings.target(), deadline=account_deadline(renewal))
        reports, errors = account.compliance_pack_reports(packs, renewal)
        read = {pack: {"CompliancePackId": pack, **report} for pack, report in zip(packs, reports, strict=True)}
        found = {pack: report for pack, report in read.items() if f"{PACK_REPORT.section}.{pack}" not in errors}
        return PackReports(account.account_id(), found)
    except (CallError, SourceError) as error:
        trace("the reports of compliance packs", error)
        return PackReports(None, {})


def _read_directory(settings: AccountSettings) -> tuple[ListedMember, ...]:
    from acctgate.sources.caller import Caller  # noqa: PLC0415 - loads only for a live call
    from acctgate.sources.directory import read_directory  # noqa: PLC0415 - loads only for some policies

    try:
        return read_directory(Caller(settings.target()).call).accounts
    except (CallError, SourceError) as error:
        trace("the organization's directory", error)
        return ()


def _read_names(settings: AccountSettings, names: Names | None) -> CredentialReport:
    from acctgate.sources.live_account import LiveAccount  # noqa: PLC0415 - loads only for a live call

    try:
        account = LiveAccount(settings.target(), deadline=Deadline.after(ACCOUNT_SECONDS))
        account_id, report = account.account_id(), account.credential_report(datetime.now(UTC))
    except CallError as error:
        return CredentialReport(None, None, error.error)
    except SourceError as error:
        return CredentialReport(None, None, {"code": "NoCredentials", "message": str(error)})
    return CredentialReport(account_id, with_hashed_names(report, account_id) if names == "hash" else report)
