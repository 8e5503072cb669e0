"""Read the live account: all its sections, in parallel, within a deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from acctgate.model.api_error import ApiError
from acctgate.model.contradictions import wrong_account
from acctgate.model.credential_report import with_hashed_names
from acctgate.model.optional_sections import EVERY_SECTION, Extras, Renewal
from acctgate.model.sections import OPERATIONS
from acctgate.model.snapshot import Snapshot
from acctgate.reading import SourceError
from acctgate.sources.call_error import NO_ANSWER, CallError, unexpected
from acctgate.sources.compliance.group import GroupCompliance
from acctgate.sources.compliance.renew import SECONDS
from acctgate.sources.deadline import ACCOUNT_SECONDS, Deadline
from acctgate.sources.live_account import LiveAccount
from acctgate.sources.new_snapshot import snapshot_of
from acctgate.sources.operations import (
    CREDENTIAL_REPORT,
    IDENTITY,
    OPTIONAL_OPERATIONS,
    PACK_REPORT,
    PRACTICE,
    PREFERENCE,
    RULE_COMPLIANCE,
)
from acctgate.sources.target import Target
from acctgate.times import timestamp


def read_account(
    target: Target,
    now: datetime,
    say: Callable[[str], None] | None = None,
    extras: Extras = EVERY_SECTION,
) -> Snapshot:
    """Read the sections of an account, in parallel.

    Args:
        target: The account.
        now: The time to record.
        say: Gets the name of each operation as it is called.
        extras: What to read besides what is always read.

    Raises:
        SourceError: No call succeeded: there are no credentials, they are wrong, or there is no connection.
    """
    try:
        account = LiveAccount(target, say, account_deadline(extras.renewal))
    except CallError as error:
        raise _unreadable(error) from None
    return read_sections(account, now, extras)


def account_deadline(renewal: Renewal | None) -> Deadline:
    """Return when to give up an account that is read from now on: later if its reports may be generated."""
    return Deadline.after(ACCOUNT_SECONDS if renewal is None else ACCOUNT_SECONDS + SECONDS)


def read_sections(
    account: LiveAccount, now: datetime, extras: Extras, group: GroupCompliance | None = None
) -> Snapshot:
    """Read the sections of an account that is connected; see `read_account` and `config_rule_compliances`.

    Raises:
        SourceError: No call succeeded.
    """
    with_rules = RULE_COMPLIANCE.section in extras.sections
    read_packs = partial(_read_packs, account, extras.renewal, group, rules=with_rules)
    always = account.account_id, partial(account.section, PREFERENCE), partial(account.section, PRACTICE), read_packs
    readers = _optional_readers(account, now, extras)
    results = account.run_parallel([*always, *readers.values()])
    identity, preference, practice, of_packs, *others = results
    if all(isinstance(result, CallError) for result in results):
        raise _unreadable(identity)
    found = _Sections()
    found.add(PREFERENCE.section, preference)
    found.add(PRACTICE.section, practice)
    reports, compliances = of_packs if isinstance(of_packs, tuple) else (of_packs, of_packs)
    found.add_of_packs(PACK_REPORT.section, reports)
    if isinstance(identity, CallError):
        found.add(IDENTITY.section, identity)
    for section, result in zip(readers, others, strict=True):
        found.add(section, result)
    if with_rules:
        found.add_of_packs(RULE_COMPLIANCE.section, compliances)
    account_id = identity if isinstance(identity, str) else None
    found.check_accounts(account_id)
    if extras.names == "hash":
        found.hash_names(account_id)
    errors = {**found.errors, **found.pack_errors}
    return snapshot_of(found.sections, errors, account_id, timestamp(now), account.target.read_as(account.caller_arn))


def _optional_readers(account: LiveAccount, now: datetime, extras: Extras) -> dict[str, Callable[[], Any]]:
    """Return what reads each section that is read only on request."""
    wanted = (operation for operation in OPTIONAL_OPERATIONS if operation.section in extras.sections)
    readers: dict[str, Callable[[], Any]] = {each.section: partial(account.section, each) for each in wanted}
    if extras.names is not None:
        readers[CREDENTIAL_REPORT.section] = partial(account.credential_report, now)
    return readers


def _read_packs(
    account: LiveAccount, renewal: Renewal | None, group: GroupCompliance | None, *, rules: bool
) -> tuple[Any, Any]:
    """Return the reports of all packs, and with `rules` the results of their rules: both, or an error for each."""
    packs = account.compliance_packs()
    reports = account.compliance_pack_reports(packs, renewal)
    return reports, account.config_rule_compliances(packs, group) if rules else None


@dataclass(slots=True)
class _Sections:
    """The sections of an account that were read, and the errors of the others."""

    sections: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, ApiError] = field(default_factory=dict)
    pack_errors: dict[str, ApiError] = field(default_factory=dict)
    """The errors of single compliance packs."""

    def add(self, section: str, result: Any) -> None:
        """Add a section, or its error."""
        if not isinstance(result, CallError):
            self.sections[section] = result
        elif result.operation == OPERATIONS.get(section, result.operation):
            self.errors[section] = result.error
        else:
            self.errors[section] = {"operation": result.operation, **result.error}

    def add_of_packs(self, section: str, found: tuple[Any, dict[str, ApiError]] | CallError) -> None:
        """Add a section of compliance packs and the errors of single packs, or the section's error."""
        result, errors = (found, {}) if isinstance(found, CallError) else found
        self.add(section, result)
        self.pack_errors |= errors

    def check_accounts(self, account_id: str | None) -> None:
        """Replace each report that names another account by its pack's ID and an error."""
        reports = self.sections.get(PACK_REPORT.section, [])
        for index, report in enumerate(reports):
            if account_id and (reason := wrong_account(report, account_id)):
                pack = report.get("CompliancePackId")
                self.pack_errors[f"{PACK_REPORT.section}.{pack}"] = unexpected(PACK_REPORT, reason).error
                reports[index] = {"CompliancePackId": pack}

    def hash_names(self, account_id: str | None) -> None:
        """Replace the names of the credential report, if it was read, by hashes."""
        if (report := self.sections.get(CREDENTIAL_REPORT.section)) is not None:
            self.sections[CREDENTIAL_REPORT.section] = with_hashed_names(report, account_id)


def _unreadable(error: CallError) -> SourceError:
    return SourceError(f"the account cannot be read: {error}; {_remedy(error)}")


def _remedy(error: CallError) -> str:
    code = error.error["code"]
    if code == NO_ANSWER:
        return "check the network, the region and the endpoint"
    if code.startswith(("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurityToken")):
        return "check the AccessKey id, secret and token"
    return "check the caller's permissions"
