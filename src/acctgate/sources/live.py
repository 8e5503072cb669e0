"""Read the live account: all its sections, in parallel, within a deadline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from acctgate.model.credential_report import Names, with_hashed_names
from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import OPERATIONS, OPTIONAL_SECTIONS, Snapshot, wrong_account
from acctgate.model.snapshot_document import ApiError
from acctgate.reading import SourceError
from acctgate.redact import without_secrets
from acctgate.sources.access_key_policy import parse_access_key_policy
from acctgate.sources.call_error import NO_ANSWER, CallError, expect, unexpected
from acctgate.sources.caller import Caller
from acctgate.sources.compliance.group import GroupCompliance
from acctgate.sources.compliance.packs import CompliancePacks
from acctgate.sources.compliance.renew import SECONDS, Renewal, renew_report
from acctgate.sources.compliance.rules import read_rule_compliance
from acctgate.sources.credential_report import read_credential_report
from acctgate.sources.deadline import ACCOUNT_SECONDS, Deadline
from acctgate.sources.identity import read_identity
from acctgate.sources.operations import (
    ACCESS_KEY_POLICY,
    CREDENTIAL_REPORT,
    IDENTITY,
    PACK_REPORT,
    PASSWORD_POLICY,
    PRACTICE,
    PREFERENCE,
    RULE_COMPLIANCE,
    USER_SSO,
    Operation,
)
from acctgate.sources.responses import snapshot_of
from acctgate.sources.target import Target
from acctgate.text import timestamp

PARALLEL: Final = 8
"""Calls at the same time."""


class LiveAccount:
    """One account, read call by call. Each method raises `CallError` if its call brings no usable answer."""

    def __init__(
        self,
        target: Target,
        say: Callable[[str], None] | None = None,
        deadline: Deadline | None = None,
        *,
        caller: Caller | None = None,
        parallel: int = PARALLEL,
    ) -> None:
        """Find the credentials, and assume the role if there is one.

        Args:
            target: The account.
            say: Gets the name of each operation as it is called.
            deadline: When to give up, None for a limit on each call only.
            caller: What makes the calls, None for a caller of this account alone.
            parallel: How many calls to make at the same time.

        Raises:
            SourceError: There are no credentials.
            CallError: The role could not be assumed.
        """
        self._caller = caller or Caller(target, say)
        self._deadline, self._parallel = deadline, parallel
        self._account_id: str | None = None
        self.target = target
        self.caller_arn: str | None = None
        """Who makes the calls, once `account_id` has read it."""

    def account_id(self) -> str:
        """Return the account's ID, from GetCallerIdentity, which is called once."""
        if self._account_id is None:
            self._account_id, self.caller_arn = read_identity(self._call)
        return self._account_id

    def run_parallel(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """Return the results of calls, in order. A failed call returns its `CallError`."""
        return run_parallel(calls, self._parallel)

    def security_preference(self) -> dict[str, Any]:
        """Return GetSecurityPreference's SecurityPreference."""
        return self._section(PREFERENCE)

    def security_practice(self) -> dict[str, Any]:
        """Return GetAccountSecurityPracticeReport's AccountSecurityPracticeInfo."""
        return self._section(PRACTICE)

    def password_policy(self) -> dict[str, Any]:
        """Return GetPasswordPolicy's PasswordPolicy."""
        return self._section(PASSWORD_POLICY)

    def user_sso_settings(self) -> dict[str, Any]:
        """Return GetUserSsoSettings's UserSsoSettings."""
        return self._section(USER_SSO)

    def access_key_policy(self) -> dict[str, Any]:
        """Return GetAccessKeyPolicyForAccount's AccessKeyPolicy, parsed."""
        text = expect(ACCESS_KEY_POLICY, self._call(ACCESS_KEY_POLICY), ACCESS_KEY_POLICY.answer_key, str)
        safe: dict[str, Any] = without_secrets(parse_access_key_policy(text))
        return safe

    def compliance_packs(self) -> list[str]:
        """Return the IDs of the account's compliance packs, from all pages of ListCompliancePacks."""
        return [pack.id for pack in CompliancePacks(self._call).list_packs()]

    def compliance_pack_report(self, pack: str) -> dict[str, Any]:
        """Return GetCompliancePackReport's CompliancePackReport, without its signed URL."""
        report = self._section(PACK_REPORT, {"CompliancePackId": pack})
        named = report.get("CompliancePackId", pack)
        if named != pack:
            raise unexpected(PACK_REPORT, f"the report of {pack} was requested, but the answer names {named}")
        return report

    def renewed_pack_report(self, pack: str, renewal: Renewal) -> dict[str, Any]:
        """Return a pack's report, generated now if there is no recent one."""
        report = self.compliance_pack_report(pack)
        deadline = self._deadline or Deadline.after(SECONDS)
        if renewal.is_due(report) and renew_report(self._call, pack, report, deadline):
            return self.compliance_pack_report(pack)
        return report

    def compliance_pack_reports(
        self, packs: Sequence[str] | None = None, renewal: Renewal | None = None
    ) -> tuple[list[dict[str, Any]], dict[str, ApiError]]:
        """Return the reports of all packs, and the errors of those that cannot be read. These keep their places.

        Args:
            packs: The IDs of the packs; None for all that `compliance_packs` lists.
            renewal: Which reports to have generated; None only reads.
        """
        reports, errors = [], {}
        packs = self.compliance_packs() if packs is None else packs
        read = partial(self.renewed_pack_report, renewal=renewal) if renewal else self.compliance_pack_report
        calls = [partial(read, pack) for pack in packs]
        for pack, result in zip(packs, self.run_parallel(calls), strict=True):
            if isinstance(result, CallError):
                reports.append({"CompliancePackId": pack})
                errors[f"CompliancePackReports.{pack}"] = result.error
            else:
                reports.append(result)
        return reports, errors

    def config_rule_compliances(
        self, packs: Sequence[str] | None = None, group: GroupCompliance | None = None
    ) -> tuple[list[dict[str, Any]], dict[str, ApiError]]:
        """Return the results of the rules of all packs, and the errors of packs that cannot be read completely.

        Args:
            packs: The IDs of the packs; None for all that `compliance_packs` lists.
            group: What an account group says of its accounts: packs that this one complies with cost no call.
        """
        found, errors = [], {}
        packs = self.compliance_packs() if packs is None else packs
        calls = [partial(self._rule_compliance, pack, group) for pack in packs]
        for pack, result in zip(packs, self.run_parallel(calls), strict=True):
            failed = isinstance(result, CallError)
            rules, error = ({"CompliancePackId": pack}, result.error) if failed else result
            found.append(rules)
            if error is not None:
                errors[f"{RULE_COMPLIANCE.section}.{pack}"] = error
        return found, errors

    def _rule_compliance(self, pack: str, group: GroupCompliance | None) -> tuple[dict[str, Any], ApiError | None]:
        compliant = group.rules_of(self.account_id(), pack) if group else None
        return (compliant, None) if compliant else read_rule_compliance(self._call, pack)

    def credential_report(self, now: datetime) -> dict[str, Any]:
        """Return the credential report, parsed. It names users. A new one is generated if there is no recent one."""
        deadline = self._deadline or Deadline.after(ACCOUNT_SECONDS)
        safe: dict[str, Any] = without_secrets(read_credential_report(self._call, now, deadline))
        return safe

    def _call(self, operation: Operation, query: dict[str, str] | None = None) -> Any:
        return self._caller.call(operation, query, self._deadline)

    def _section(self, operation: Operation, query: dict[str, str] | None = None) -> dict[str, Any]:
        section = expect(operation, self._call(operation, query), operation.answer_key, dict)
        safe: dict[str, Any] = without_secrets(section)
        return safe


def read_account(
    target: Target,
    now: datetime,
    say: Callable[[str], None] | None = None,
    optional: Collection[str] = OPTIONAL_SECTIONS,
    names: Names | None = None,
    max_report_age: timedelta | None = None,
) -> Snapshot:
    """Read the sections of an account, in parallel.

    Args:
        target: The account.
        now: The time to record.
        say: Gets the name of each operation as it is called.
        optional: The optional sections to read. Each costs a call.
        names: How to name users, from the credential report; None does not read it.
        max_report_age: The age from which a compliance pack's report is generated again; None only reads reports.

    Raises:
        SourceError: No call brought an answer: there are no credentials, they are wrong, or there is no connection.
    """
    try:
        account = LiveAccount(target, say, account_deadline(max_report_age))
    except CallError as error:
        raise _unreadable(error) from None
    return read_sections(account, now, optional, names, max_report_age)


def account_deadline(max_report_age: timedelta | None) -> Deadline:
    """Return when to give up an account that is read from now on: later if its reports may be generated."""
    return Deadline.after(ACCOUNT_SECONDS if max_report_age is None else ACCOUNT_SECONDS + SECONDS)


def read_sections(
    account: LiveAccount,
    now: datetime,
    optional: Collection[str],
    names: Names | None = None,
    max_report_age: timedelta | None = None,
    group: GroupCompliance | None = None,
) -> Snapshot:
    """Read the sections of an account that is connected; see `read_account` and `config_rule_compliances`.

    Raises:
        SourceError: No call brought an answer.
    """
    renewal = None if max_report_age is None else Renewal(max_report_age, now)
    packs_of = partial(_read_packs, account, renewal, group, rules=RULE_COMPLIANCE.section in optional)
    always = account.account_id, account.security_preference, account.security_practice, packs_of
    readers = {section: read for section, read in _optional_readers(account).items() if section in optional}
    if names is not None:
        readers[CREDENTIAL_REPORT.section] = partial(account.credential_report, now)
    results = account.run_parallel([*always, *readers.values()])
    identity, preference, practice, of_packs, *others = results
    if all(isinstance(result, CallError) for result in results):
        raise _unreadable(identity)
    packs, rules = of_packs if isinstance(of_packs, tuple) else (of_packs, of_packs)
    sections: dict[str, Any] = {}
    errors: dict[str, ApiError] = {}
    reports, pack_errors = packs if isinstance(packs, tuple) else (packs, {})
    _put(sections, errors, PREFERENCE.section, preference)
    _put(sections, errors, PRACTICE.section, practice)
    _put(sections, errors, PACK_REPORT.section, reports)
    _put({}, errors, IDENTITY.section, identity)
    for section, result in zip(readers, others, strict=True):
        _put(sections, errors, section, result)
    if RULE_COMPLIANCE.section in optional:
        compliances, rule_errors = rules if isinstance(rules, tuple) else (rules, {})
        _put(sections, errors, RULE_COMPLIANCE.section, compliances)
        pack_errors |= rule_errors
    account_id = identity if isinstance(identity, str) else None
    if names == "hash" and CREDENTIAL_REPORT.section in sections:
        report = sections[CREDENTIAL_REPORT.section]
        sections[CREDENTIAL_REPORT.section] = with_hashed_names(report, account_id)
    errors |= pack_errors | _wrong_accounts(sections.get(PACK_REPORT.section, []), account_id)
    target = account.target
    read_as = ReadAs("live", None, account.caller_arn, target.role_arn, target.region, target.profile)
    return replace(snapshot_of(sections, errors, account_id, timestamp(now), read_as), read_as=read_as)


def _read_packs(
    account: LiveAccount, renewal: Renewal | None, group: GroupCompliance | None, *, rules: bool
) -> tuple[Any, Any]:
    """Return the reports of all packs, and with `rules` the results of their rules: both, or an error for each."""
    packs = account.compliance_packs()
    reports = account.compliance_pack_reports(packs, renewal)
    return reports, account.config_rule_compliances(packs, group) if rules else None


def _optional_readers(account: LiveAccount) -> dict[str, Callable[[], dict[str, Any]]]:
    """Return what reads each optional section."""
    return {
        PASSWORD_POLICY.section: account.password_policy,
        USER_SSO.section: account.user_sso_settings,
        ACCESS_KEY_POLICY.section: account.access_key_policy,
    }


def _put(sections: dict[str, Any], errors: dict[str, ApiError], section: str, result: Any) -> None:
    """Add a section, or its error."""
    if not isinstance(result, CallError):
        sections[section] = result
    elif result.operation == OPERATIONS.get(section, result.operation):
        errors[section] = result.error
    else:
        errors[section] = {"operation": result.operation, **result.error}


def _wrong_accounts(reports: list[dict[str, Any]], account_id: str | None) -> dict[str, ApiError]:
    """Return an error for each report that names another account, and replace that report by its pack's ID."""
    errors: dict[str, ApiError] = {}
    for index, report in enumerate(reports):
        if account_id and (reason := wrong_account(report, account_id)):
            pack = report.get("CompliancePackId")
            errors[f"CompliancePackReports.{pack}"] = unexpected(PACK_REPORT, reason).error
            reports[index] = {"CompliancePackId": pack}
    return errors


def _unreadable(error: CallError) -> SourceError:
    return SourceError(f"the account cannot be read: {error}; {_remedy(error)}")


def _remedy(error: CallError) -> str:
    code = error.error["code"]
    if code == NO_ANSWER:
        return "check the network, the region and the endpoint"
    if code.startswith(("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurityToken")):
        return "check the AccessKey id, secret and token"
    return "check the caller's permissions"


def run_parallel(calls: Sequence[Callable[[], Any]], parallel: int = PARALLEL) -> list[Any]:
    """Return the results of calls, in order, made so many at a time. A failed call returns its `CallError`."""

    def attempt(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except CallError as error:
            return error

    if parallel == 1 or len(calls) < 2:
        return list(map(attempt, calls))
    with ThreadPoolExecutor(max_workers=min(parallel, len(calls))) as pool:
        return list(pool.map(attempt, calls))
