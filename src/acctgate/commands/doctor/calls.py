"""The calls that reading an account takes, each really made, and who makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from acctgate.commands.doctor.context import NotAsked, Patient
from acctgate.commands.doctor.endpoints import SET_THE_CLOCK
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped, warning
from acctgate.redact import one_line
from acctgate.sources.call_error import NO_ANSWER, CallError
from acctgate.sources.calls import expect
from acctgate.sources.operations import IDENTITY, PACK_REPORT, PACKS, PRACTICE, PREFERENCE, Operation

_SECTIONS: Final = {
    PREFERENCE: "SecurityPreference",
    PRACTICE: "AccountSecurityPracticeInfo",
    PACKS: "CompliancePacksResult",
    PACK_REPORT: "CompliancePackReport",
}
_REMEDIES: Final = (
    (("InvalidTimeStamp", "IllegalTimestamp"), SET_THE_CLOCK),
    (
        ("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAccessKeyId"),
        "check the AccessKey id and secret: is the pair whole, enabled, and of this account?",
    ),
    (
        ("InvalidSecurityToken", "MissingSecurityToken"),
        "get new temporary credentials: the token has expired or is wrong",
    ),
    (("EntityNotExist.Role",), "check account and name in --role-arn"),
    (("Throttling",), "wait a minute and run it again"),
    (("ServiceUnavailable", "InternalError"), "run it again later; Alibaba Cloud's support wants the request id"),
    ((NO_ANSWER,), "check network, proxy and --region, then run it again"),
)


def check_identity(patient: Patient) -> Iterator[Finding]:
    """Whose credentials they are."""
    answer = patient.answers[IDENTITY.name]
    if isinstance(answer, (CallError, NotAsked)):
        yield skipped(
            "identity", "GetCallerIdentity gave no answer", "see to the role or to sts:GetCallerIdentity first"
        )
        return
    account, kind = (one_line(answer.get(key) or "unknown") for key in ("AccountId", "IdentityType"))
    if kind == "Account":
        remedy = "make a RAM user or a role with the permissions below, and delete the root user's AccessKey pair"
        yield warning("identity", f"the root user of account {account}", remedy)
    else:
        yield ok("identity", f"{kind} of account {account}")


def check_permissions(patient: Patient) -> Iterator[Finding]:
    """Whether the caller may make the five calls, and whether they bring what they should."""
    yield _of(IDENTITY, patient.answers[IDENTITY.name], "AccountId", str)
    for operation in (PREFERENCE, PRACTICE, PACKS):
        yield _of(operation, patient.answers[operation.name], _SECTIONS[operation], dict)
    yield _of(PACK_REPORT, _pack_report(patient), _SECTIONS[PACK_REPORT], dict)


def remedy(operation: Operation, error: CallError) -> str:
    """What to do about a call that brought no answer."""
    if error.needs:
        return f"grant {error.needs} to the caller{_trust(operation)}"
    code = error.error["code"]
    for beginnings, what in _REMEDIES:
        if code.startswith(beginnings):
            return what
    return "look the code up at https://api.alibabacloud.com/troubleshoot"


def _trust(operation: Operation) -> str:
    return ", and let the role trust the caller" if operation.product == "sts" and "Assume" in operation.name else ""


def _of(operation: Operation, answer: Any, key: str, kind: type) -> Finding:
    subject = operation.permission
    if isinstance(answer, NotAsked):
        return skipped(subject, answer.why, answer.remedy)
    try:
        if isinstance(answer, CallError):
            raise answer
        expect(operation, answer, key, kind)
    except CallError as error:
        detail = f"denied ({error.error['code']})" if error.needs else str(error)
        return failed(subject, detail, remedy(operation, error))
    return ok(subject, "granted")


def _pack_report(patient: Patient) -> Any:
    """The answer for the first pack."""
    listed = patient.answers[PACKS.name]
    if isinstance(listed, (CallError, NotAsked)):
        return NotAsked("the compliance packs are not known", f"see to {PACKS.permission} first")
    result = listed.get("CompliancePacksResult") if isinstance(listed, dict) else None
    packs = result.get("CompliancePacks") if isinstance(result, dict) else None
    first = packs[0] if isinstance(packs, list) and packs else None
    pack = first.get("CompliancePackId") if isinstance(first, dict) else None
    if not isinstance(pack, str):
        remedy = "nothing, unless the rule compliance-report is wanted: then make a pack in Cloud Config"
        return NotAsked("the account has no compliance pack to ask for", remedy)
    return patient.ask(PACK_REPORT, {"CompliancePackId": pack})
