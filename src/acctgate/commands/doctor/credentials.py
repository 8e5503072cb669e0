"""Check the credentials and the role that they assume. Shows four letters of an ID, and nothing of a secret."""

from __future__ import annotations

from collections.abc import Iterator

from acctgate.commands.doctor.calls import remedy_of
from acctgate.commands.doctor.context import DoctorContext, Skipped
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.operations import ASSUME_ROLE


def check_credentials(context: DoctorContext) -> Iterator[Finding]:
    """Check that the configured source has credentials."""
    credentials = context.credentials
    if isinstance(credentials, SourceError):
        reason, _, remedy = str(credentials).removeprefix("no credentials for Alibaba Cloud: ").rpartition("; ")
        yield failed("credentials", f"none: {reason}", remedy)
        return
    keys = credentials.keys()
    kind = "temporary" if keys.security_token else "a long-lived AccessKey pair"
    yield ok("credentials", f"{keys.access_key_id[:4]}***, {kind}, from {credentials.origin}")


def check_role(context: DoctorContext) -> Iterator[Finding]:
    """Check that the role can be assumed."""
    role = context.target.role_arn
    if role is None:
        yield ok("role", "none (--role-arn)")
    elif isinstance(context.caller, Skipped):
        yield skipped("role", context.caller.reason, context.caller.remedy)
    elif isinstance(context.caller, CallError):
        yield failed("role", f"{role}: {context.caller}", remedy_of(ASSUME_ROLE, context.caller))
    else:
        yield ok("role", f"{role} can be assumed")
