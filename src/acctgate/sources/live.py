"""The live account: what acctgate reads of it, call by call and at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

from acctgate.model.snapshot import Snapshot
from acctgate.model.snapshot_document import ApiError
from acctgate.reading import SourceError
from acctgate.redact import without_secrets
from acctgate.sources.call_error import CallError
from acctgate.sources.calls import Caller, Target, expect
from acctgate.sources.operations import IDENTITY, PACK_REPORT, PACKS, PRACTICE, PREFERENCE, Operation
from acctgate.sources.responses import snapshot_of

_MOST_PACKS: Final = 1000


class LiveAccount:
    """One account, read call by call. Each method raises `CallError` where the call brings no answer."""

    def __init__(self, target: Target, say: Callable[[str], None] | None = None) -> None:
        """Find credentials, and assume the role where there is one. `say` is told each operation as it is called.

        Raises:
            SourceError: There are no credentials.
            CallError: The role could not be assumed.
        """
        self._caller = Caller(target, say)

    def account_id(self) -> str:
        """The account's id, from GetCallerIdentity."""
        return str(expect(IDENTITY, self._caller.call(IDENTITY), "AccountId", str))

    def security_preference(self) -> dict[str, Any]:
        """GetSecurityPreference's SecurityPreference."""
        return self._section(PREFERENCE, "SecurityPreference")

    def security_practice(self) -> dict[str, Any]:
        """GetAccountSecurityPracticeReport's AccountSecurityPracticeInfo."""
        return self._section(PRACTICE, "AccountSecurityPracticeInfo")

    def compliance_packs(self) -> list[str]:
        """The ids of the account's compliance packs, from ListCompliancePacks."""
        ids: list[str] = []
        for page in range(1, _MOST_PACKS // 100 + 1):
            answer = self._caller.call(PACKS, {"PageNumber": str(page), "PageSize": "100"})
            result = expect(PACKS, answer, "CompliancePacksResult", dict)
            packs = expect(PACKS, result, "CompliancePacks", list)
            ids += [str(expect(PACKS, pack, "CompliancePackId", str)) for pack in packs]
            total = result.get("TotalCount")
            if not isinstance(total, int) or len(ids) >= total:
                return ids
            if not packs:
                told = f"{len(ids)} of {total} compliance packs were listed"
                raise CallError(PACKS.name, {"code": "UnexpectedAnswer", "message": told})
        raise CallError(PACKS.name, {"code": "TooMany", "message": f"more than {_MOST_PACKS} compliance packs"})

    def compliance_pack_report(self, pack: str) -> dict[str, Any]:
        """GetCompliancePackReport's CompliancePackReport, without its signed URL."""
        return self._section(PACK_REPORT, "CompliancePackReport", {"CompliancePackId": pack})

    def compliance_pack_reports(self) -> tuple[list[dict[str, Any]], dict[str, ApiError]]:
        """The report of each pack. A pack whose report cannot be read keeps its place, with an error."""
        reports, errors = [], {}
        packs = self.compliance_packs()
        for pack, result in zip(packs, _at_once(_asking(self.compliance_pack_report, packs)), strict=True):
            if isinstance(result, CallError):
                reports.append({"CompliancePackId": pack})
                errors[f"CompliancePackReports.{pack}"] = result.error
            else:
                reports.append(result)
        return reports, errors

    def _section(self, operation: Operation, key: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        section = expect(operation, self._caller.call(operation, query), key, dict)
        safe: dict[str, Any] = without_secrets(section)
        return safe


def read_account(target: Target, now: datetime, say: Callable[[str], None] | None = None) -> Snapshot:
    """Everything that acctgate reads of an account, at once. `say` is told each operation as it is called.

    Raises:
        SourceError: No call brought anything: there are no credentials, they are wrong, or nobody answers.
    """
    try:
        account = LiveAccount(target, say)
    except CallError as error:
        raise SourceError(f"the account cannot be read: {error}; {_remedy(error)}") from None
    identity, preference, practice, packs = _at_once(
        [
            account.account_id,
            account.security_preference,
            account.security_practice,
            account.compliance_pack_reports,
        ]
    )
    results = (identity, preference, practice, packs)
    if all(isinstance(result, CallError) for result in results):
        raise SourceError(f"the account cannot be read: {identity}; {_remedy(identity)}")
    sections: dict[str, Any] = {}
    errors: dict[str, ApiError] = {}
    named = {"SecurityPreference": preference, "AccountSecurityPracticeInfo": practice}
    for section, result in named.items():
        if isinstance(result, CallError):
            errors[section] = result.error
        else:
            sections[section] = result
    if isinstance(packs, CallError):
        errors["CompliancePackReports"] = packs.error
    else:
        sections["CompliancePackReports"], pack_errors = packs
        errors |= pack_errors
    if isinstance(identity, CallError):
        errors["account_id"] = identity.error
    taken_at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    known = isinstance(identity, str) and identity.strip("0")  # "" and "0" name no account
    return snapshot_of(sections, errors, identity if known else None, taken_at)


def _remedy(error: CallError) -> str:
    code = error.error["code"]
    if code == "NoAnswer":
        return "check the network, the region and the endpoint"
    if code.startswith(("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurityToken")):
        return "check the AccessKey id, secret and token"
    return "check the caller's permissions"


def _asking(ask: Callable[[str], Any], names: list[str]) -> list[Callable[[], Any]]:
    return [lambda name=name: ask(name) for name in names]  # type: ignore[misc]


def _at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """The results of the calls, made in parallel; a `CallError` in the place of what brought no answer."""

    def attempt(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except CallError as error:
            return error

    if not calls:
        return []
    with ThreadPoolExecutor(max_workers=min(8, len(calls))) as pool:
        return list(pool.map(attempt, calls))
