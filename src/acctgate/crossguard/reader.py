"""Read the live account, or a snapshot file, in the background while the engine works.

The pack needs this for a stack without data sources.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from acctgate.crossguard.configuration import AccountSettings
from acctgate.crossguard.recorded import Recorded, export_state
from acctgate.log import trace
from acctgate.model.credential_report import Names, with_hashed_names
from acctgate.model.planned_change import Provider
from acctgate.model.snapshot import OPTIONAL_SECTIONS, Snapshot
from acctgate.model.snapshot_document import ApiError
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.compliance.renew import Renewal
from acctgate.sources.deadline import ACCOUNT_SECONDS, Deadline
from acctgate.sources.operations import PACK_REPORT
from acctgate.sources.snapshots import read_snapshots, unreadable
from acctgate.sources.target import Target

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
    optional: Collection[str] = OPTIONAL_SECTIONS
    """The optional sections to read: those that the policy needs."""
    names: Names | None = None
    """How to name users, from the credential report; None does not read it."""
    max_report_age: timedelta | None = None
    """The age from which compliance packs' reports are generated again; None only reads reports."""
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_PARALLEL, "acctgate"))
    _started: dict[Hashable, Future[Any]] = field(default_factory=dict)

    def start_state(self) -> Future[Recorded | None]:
        """Start to read the stack's recorded state."""
        return self._start("state", export_state)

    def start_account(self, provider: Provider | None) -> Future[list[Snapshot]]:
        """Start to read the account that a provider deploys to, or the default one."""
        role = provider.role_arn if provider and provider.role_arn else self.settings.role_arn
        return self._start(("account", self.settings.snapshot or role), lambda: self._read(self.settings, role))

    def start_target(self, arguments: Mapping[str, str]) -> Future[list[Snapshot]]:
        """Start to read the account that a data source's arguments select."""
        settings = replace(self.settings, snapshot=None, **arguments)
        key = ("account", settings.role_arn) if settings == self.settings else ("target", *sorted(arguments.items()))
        return self._start(key, lambda: self._read(settings, settings.role_arn))

    def start_names(self, arguments: Mapping[str, str]) -> Future[CredentialReport]:
        """Start to read the credential report of the account that a data source's arguments select."""
        settings = replace(self.settings, **arguments)
        return self._start(("names", *sorted(arguments.items())), lambda: _read_names(settings, self.names))

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

    def _read(self, settings: AccountSettings, role: str | None) -> list[Snapshot]:
        if settings.snapshot is not None:  # an empty name is an error, and not a reason to read the live account
            return list(read_snapshots([settings.snapshot]))
        from acctgate.sources.live import read_account  # noqa: PLC0415 - loads only for a live call

        try:
            target, now = Target.chosen(settings.region, role, settings.endpoint), datetime.now(UTC)
            return [read_account(target, now, None, self.optional, self.names, self.max_report_age)]
        except SourceError as error:
            return [unreadable(f"{role}: {error}" if role else error)]  # of many accounts, the reader must know which

    def _start(self, key: Hashable, read: Callable[[], Any]) -> Future[Any]:
        if key not in self._started:
            self._started[key] = self._pool.submit(read)
        return self._started[key]


def _read_reports(settings: AccountSettings, packs: tuple[str, ...], renewal: Renewal) -> PackReports:
    from acctgate.sources.live import LiveAccount, account_deadline  # noqa: PLC0415 - loads only for a live call

    try:
        target = Target.chosen(settings.region, settings.role_arn, settings.endpoint)
        account = LiveAccount(target, deadline=account_deadline(renewal.max_age))
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
        caller = Caller(Target.chosen(settings.region, settings.role_arn, settings.endpoint))
        return read_directory(caller.call).accounts
    except (CallError, SourceError) as error:
        trace("the organization's directory", error)
        return ()


def _read_names(settings: AccountSettings, names: Names | None) -> CredentialReport:
    from acctgate.sources.live import LiveAccount  # noqa: PLC0415 - loads only for a live call

    try:
        target = Target.chosen(settings.region, settings.role_arn, settings.endpoint)
        account = LiveAccount(target, deadline=Deadline.after(ACCOUNT_SECONDS))
        account_id, report = account.account_id(), account.credential_report(datetime.now(UTC))
    except CallError as error:
        return CredentialReport(None, None, error.error)
    except SourceError as error:
        return CredentialReport(None, None, {"code": "NoCredentials", "message": str(error)})
    return CredentialReport(account_id, with_hashed_names(report, account_id) if names == "hash" else report)
