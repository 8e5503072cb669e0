"""Read one account of many: assume its role, prove that it is the account, read its sections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from acctgate.log import trace
from acctgate.model.api_error import READING, ApiError
from acctgate.model.optional_sections import Extras
from acctgate.model.run import Entry
from acctgate.model.snapshot import Snapshot
from acctgate.model.snapshot_document import adapter
from acctgate.model.unread import describe, unread
from acctgate.organization.failure import explain_failure
from acctgate.organization.pace import MEMBER_SECONDS
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.sources.call_error import CallError, unexpected
from acctgate.sources.caller import Caller
from acctgate.sources.compliance.group import GroupCompliance
from acctgate.sources.deadline import Deadline
from acctgate.sources.live import read_sections
from acctgate.sources.live_account import LiveAccount
from acctgate.sources.operations import IDENTITY
from acctgate.sources.target import Target

_SESSION_SECONDS: Final = 900
"""The shortest session that the service allows: an account is read in seconds."""


@dataclass(frozen=True, slots=True)
class MemberReader:
    """Reads accounts with roles that the base caller assumes. Threads share it."""

    base: Caller
    target: Target
    """The base caller's target: the region of accounts that have none of their own, and the endpoint."""
    extras: Extras
    """What to read besides what is always read."""
    group: GroupCompliance | None = None
    """What an account group says of its accounts, None without one."""

    def __post_init__(self) -> None:
        """Load what validates accounts. That opens files, and with many connections none may be left to open."""
        adapter()

    def read(self, entry: Entry) -> Snapshot:
        """Return the account; one in which everything is unknown if it cannot be read. Never raises."""
        now = datetime.now(UTC)
        role, region = entry.role_arn or self.target.role_arn, entry.region or self.target.region
        target = replace(self.target, role_arn=role, region=region)
        try:
            return self._read(entry, target, now)
        except CallError as error:
            failure = explain_failure(error, entry)
        except SourceError as error:
            failure = _failure("Unreadable", one_line(error))
        except Exception as error:  # a bug must not lose the other accounts
            trace(f"account {entry.id}", error)
            failure = _failure("Bug", f"{type(error).__name__}: {one_line(error)} (this is a bug in acctgate)")
        return unread(entry, now, failure, target.read_as())

    def _read(self, entry: Entry, target: Target, now: datetime) -> Snapshot:
        deadline = Deadline.after(MEMBER_SECONDS)
        caller = self.base
        if entry.role_arn:
            caller = Caller(target, base=self.base, session_seconds=_SESSION_SECONDS, deadline=deadline)
        account = LiveAccount(target, deadline=deadline, caller=caller, parallel=1)
        found = account.account_id()
        if found != entry.id:
            raise unexpected(IDENTITY, f"{entry.role_arn or 'the caller'} answers as account {found}, not {entry.id}")
        snapshot = read_sections(account, now, self.extras, self.group)
        document = {**describe(entry, now, snapshot.read_as), **snapshot.document}
        return Snapshot.from_document(document, snapshot.read_as)


def _failure(code: str, message: str) -> ApiError:
    return {"code": code, "message": message, "operation": READING}
