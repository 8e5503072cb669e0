"""One live account, read call by call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from acctgate.model.api_error import ApiError
from acctgate.model.optional_sections import Renewal
from acctgate.redact import without_secrets
from acctgate.sources.access_key_policy import parse_access_key_policy
from acctgate.sources.call_error import CallError, expect, unexpected
from acctgate.sources.caller import Caller
from acctgate.sources.compliance.group import GroupCompliance
from acctgate.sources.compliance.packs import CompliancePacks
from acctgate.sources.compliance.renew import SECONDS, renew_report
from acctgate.sources.compliance.rules import read_rule_compliance
from acctgate.sources.credential_report import read_credential_report
from acctgate.sources.deadline import ACCOUNT_SECONDS, Deadline, in_background
from acctgate.sources.identity import read_identity
from acctgate.sources.operations import (
    ACCESS_KEY_POLICY,
    PACK_REPORT,
    RULE_COMPLIANCE,
    Operation,
)
from acctgate.sources.target import Target

PARALLEL: Final = 8
"""Calls at the same time."""


class LiveAccount:
    """One account, read call by call. Each method raises `CallError` if its call has no usable answer."""

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

    def section(self, operation: Operation) -> dict[str, Any]:
        """Return the section that an operation answers, without secrets."""
        if operation != ACCESS_KEY_POLICY:
            return self._answer(operation)
        text = expect(operation, self._call(operation), operation.answer_key, str)
        safe: dict[str, Any] = without_secrets(parse_access_key_policy(text))
        return safe

    def compliance_packs(self) -> list[str]:
        """Return the IDs of the account's compliance packs, from all pages of ListCompliancePacks."""
        return [pack.id for pack in CompliancePacks(self._call).list_packs()]

    def compliance_pack_report(self, pack: str) -> dict[str, Any]:
        """Return GetCompliancePackReport's CompliancePackReport, without its signed URL."""
        report = self._answer(PACK_REPORT, {"CompliancePackId": pack})
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
        read: Callable[[str], dict[str, Any]] = self.compliance_pack_report
        if renewal and self._may_generate(renewal):
            read = partial(self.renewed_pack_report, renewal=renewal)
        return self._of_packs(packs, lambda pack: (read(pack), None), PACK_REPORT.section)

    def _may_generate(self, renewal: Renewal) -> bool:
        """Return whether this is an account in which reports may be generated."""
        try:
            return renewal.accounts is None or self.account_id() in renewal.accounts
        except CallError:
            return False

    def config_rule_compliances(
        self, packs: Sequence[str] | None = None, group: GroupCompliance | None = None
    ) -> tuple[list[dict[str, Any]], dict[str, ApiError]]:
        """Return the results of the rules of all packs, and the errors of packs that cannot be read completely.

        Args:
            packs: The IDs of the packs; None for all that `compliance_packs` lists.
            group: What an account group says of its accounts: packs that this one complies with cost no call.
        """
        return self._of_packs(packs, lambda pack: self._rule_compliance(pack, group), RULE_COMPLIANCE.section)

    def _of_packs(
        self,
        packs: Sequence[str] | None,
        read: Callable[[str], tuple[dict[str, Any], ApiError | None]],
        section: str,
    ) -> tuple[list[dict[str, Any]], dict[str, ApiError]]:
        """Return what is read of each pack, in order, and the errors by section and pack."""
        found, errors = [], {}
        packs = self.compliance_packs() if packs is None else packs
        for pack, result in zip(packs, self.run_parallel([partial(read, pack) for pack in packs]), strict=True):
            failed = isinstance(result, CallError)
            value, error = ({"CompliancePackId": pack}, result.error) if failed else result
            found.append(value)
            if error is not None:
                errors[f"{section}.{pack}"] = error
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

    def _answer(self, operation: Operation, query: dict[str, str] | None = None) -> dict[str, Any]:
        section = expect(operation, self._call(operation, query), operation.answer_key, dict)
        safe: dict[str, Any] = without_secrets(section)
        return safe


def run_parallel(calls: Sequence[Callable[[], Any]], parallel: int = PARALLEL) -> list[Any]:
    """Return the results of calls, in order, `parallel` at a time. A failed call returns its `CallError`.

    Ctrl-C does not wait for calls that are running, as it would for those of a pool.
    """
    if parallel == 1 or len(calls) < 2:
        return list(map(_attempt, calls))
    waiting = deque(enumerate(calls))
    results: dict[int, Any] = {}

    def work() -> None:
        while True:
            try:
                number, call = waiting.popleft()
            except IndexError:  # no call is waiting
                return
            results[number] = _attempt(call)

    for worker in [in_background(work) for _ in range(min(parallel, len(calls)))]:
        worker.result()
    return [results[number] for number in range(len(calls))]


def _attempt(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except CallError as error:
        return error
