"""Check the caller's identity and permissions. Each call that reading an account needs is really made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from acctgate.commands.doctor.context import PARALLEL_CALLS, DoctorContext, Skipped
from acctgate.commands.doctor.endpoints import SET_THE_CLOCK
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped, warning
from acctgate.model.account_id import is_account_id
from acctgate.model.compliance_pack import pack_id
from acctgate.policy.command_line import expected_accounts
from acctgate.redact import one_line
from acctgate.sources.call_error import NO_ANSWER, CallError, expect
from acctgate.sources.credential_report import is_missing
from acctgate.sources.operations import (
    ACCESS_KEY_POLICY,
    ASSUME_ROLE,
    CREDENTIAL_REPORT,
    GENERATE_CREDENTIAL_REPORT,
    IDENTITY,
    OPTIONAL_OPERATIONS,
    OPTIONAL_PACK_OPERATIONS,
    PACK_REPORT,
    PACKS,
    Operation,
)

_REMEDIES: Final = (
    (("InvalidTimeStamp", "IllegalTimestamp"), SET_THE_CLOCK),
    (
        ("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAccessKeyId"),
        "check the AccessKey id and secret: is the pair complete, enabled, and of this account?",
    ),
    (
        ("InvalidSecurityToken", "MissingSecurityToken"),
        "get new temporary credentials: the token has expired or is invalid",
    ),
    (("EntityNotExist.Role",), "check the account and the name in --role-arn"),
    (("Throttling",), "wait a minute and run it again"),
    (("ServiceUnavailable", "InternalError"), "run it again later; Alibaba Cloud support needs the request ID"),
    ((NO_ANSWER,), "check the network, the proxy and --region, then run it again"),
)

_TEXTS: Final = (IDENTITY, ACCESS_KEY_POLICY, CREDENTIAL_REPORT)
"""The operations that answer text under their key."""


def check_identity(context: DoctorContext) -> Iterator[Finding]:
    """Check whose credentials they are."""
    answer = context.answers[IDENTITY.name]
    if isinstance(answer, Skipped):
        yield skipped("identity", answer.reason, answer.remedy)
        return
    if isinstance(answer, CallError):
        yield skipped("identity", "GetCallerIdentity failed", "fix the role or sts:GetCallerIdentity first")
        return
    account, kind = (one_line(answer.get(key) or "unknown") for key in ("AccountId", "IdentityType"))
    expected = expected_accounts(context.environment)
    if not is_account_id(account):
        yield failed("identity", f"{kind} of account {account}: not an account ID", "check --endpoint and any proxy")
    elif expected and account not in expected:
        remedy = "check the credentials, --profile and --role-arn, or correct --account"
        yield failed(
            "identity", f"{kind} of account {account}, but --account is {' or '.join(sorted(expected))}", remedy
        )
    elif kind == "Account":
        remedy = "create a RAM user or a role with the permissions below, and delete the root user's AccessKey pair"
        yield warning("identity", f"the root user of account {account}", remedy)
    else:
        yield ok("identity", f"{kind} of account {account}")


def check_permissions(context: DoctorContext) -> Iterator[Finding]:
    """Check that the caller may make the calls, and that the answers are usable. Some are optional."""
    for operation in PARALLEL_CALLS:
        yield check_answer(operation, context.answers[operation.name])
    yield check_answer(PACK_REPORT, _of_first_pack(context, PACK_REPORT))
    for operation in OPTIONAL_OPERATIONS:
        yield _optional(operation, check_answer(operation, context.answers[operation.name]))
    for operation in OPTIONAL_PACK_OPERATIONS:
        yield _optional(operation, check_answer(operation, _of_first_pack(context, operation)))
    yield from _check_names(context)


def _check_names(context: DoctorContext) -> Iterator[Finding]:
    """Check what `--names` needs. No report is generated."""
    answer = context.call(CREDENTIAL_REPORT, {"MaxItems": "1"})
    found = check_answer(CREDENTIAL_REPORT, answer)
    if isinstance(answer, CallError) and is_missing(answer):
        found = ok(CREDENTIAL_REPORT.permission, "granted")
    if found.status == "ok":
        detail = f"granted; --names also needs {GENERATE_CREDENTIAL_REPORT.permission}, which was not tried"
        yield replace(found, detail=detail)
    else:
        yield _optional(CREDENTIAL_REPORT, found, "only --names needs it")


def _optional(operation: Operation, found: Finding, who: str = "") -> Finding:
    """Return the finding of a call that only some rules need: a failure is a warning."""
    if found.status != "failed":
        return found
    who = who or f"only the rules that read {operation.section} need it"
    return replace(found, status="warning", detail=f"{found.detail}; optional: {who}")


def remedy_of(operation: Operation, error: CallError) -> str:
    """Return the fix for a failed call."""
    if error.needs:
        trust = ", and let the role trust the caller" if operation == ASSUME_ROLE else ""
        return f"grant {error.needs} to the caller{trust}"
    code = error.error["code"]
    for prefixes, remedy in _REMEDIES:
        if code.startswith(prefixes):
            return remedy
    return "look up the code at https://api.alibabacloud.com/troubleshoot"


def check_answer(operation: Operation, answer: Any) -> Finding:
    """Return the finding for the answer of an operation, a `CallError` or `Skipped`."""
    subject = operation.permission
    if isinstance(answer, Skipped):
        return skipped(subject, answer.reason, answer.remedy)
    try:
        if isinstance(answer, CallError):
            raise answer
        expect(operation, answer, operation.answer_key, str if operation in _TEXTS else dict)
    except CallError as error:
        detail = f"denied ({error.error['code']})" if error.needs else str(error)
        return failed(subject, detail, remedy_of(operation, error))
    return ok(subject, "granted")


def _of_first_pack(context: DoctorContext, operation: Operation) -> Any:
    """Return the answer of an operation for the first compliance pack."""
    listed = context.answers[PACKS.name]
    if isinstance(listed, (CallError, Skipped)):
        return Skipped("the compliance packs are unknown", f"fix {PACKS.permission} first")
    result = listed.get(PACKS.answer_key) if isinstance(listed, dict) else None
    packs = result.get("CompliancePacks") if isinstance(result, dict) else None
    pack = pack_id(packs[0]) if isinstance(packs, list) and packs else None
    if pack is None:
        remedy = "none needed, unless you use compliance-report or compliance-rules: then create a pack in Cloud Config"
        return Skipped("the account has no compliance pack", remedy)
    return context.call(operation, {"CompliancePackId": pack})
