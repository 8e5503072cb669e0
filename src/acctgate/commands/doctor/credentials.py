"""Where the credentials come from, and the role that they assume. Of an id four letters are said, of a secret none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from acctgate.commands.doctor.calls import remedy
from acctgate.commands.doctor.context import NotAsked, Patient
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped
from acctgate.redact import one_line
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.operations import ASSUME_ROLE

_SUPPLY: Final = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`"
_ORIGINS: Final = {
    "env": "the variables ALIBABA_CLOUD_ACCESS_KEY_ID and …_SECRET",
    "oidc_role_arn": "OIDC, for the role in ALIBABA_CLOUD_ROLE_ARN",
    "cli_profile": "a profile of the aliyun CLI (~/.aliyun/config.json)",
    "profile": "a profile in credentials.ini",
    "ecs_ram_role": "the role of this ECS instance",
    "credential_uri": "the server in ALIBABA_CLOUD_CREDENTIALS_URI",
}

_NO_FAULT: Final = (
    "accessKeyId cannot be empty",
    "unable to open credentials file",
    "from credentials file",
    "is disabled",
)
"""How the chain says that a place has no credentials at all."""
_QUOTED: Final = r"""[:'"\[<(]"""
"""Where a message begins to quote what stands in a file, or what a program has said: that may be a secret."""


def check_credentials(patient: Patient) -> Iterator[Finding]:
    """Where the default chain finds credentials."""
    if isinstance(patient.credential, SourceError):
        yield failed("credentials", f"none: {_why(patient.credential)}", _SUPPLY)
        return
    found: Any = patient.credential.get_credential()
    chain = str(found.provider_name or "").split("/")[1:]  # default/env, default/cli_profile/static_ak
    origin = _ORIGINS.get(chain[0], one_line(chain[0])) if chain else "the default chain"
    kind = "temporary" if found.security_token else "a long-lived AccessKey pair"
    yield ok("credentials", f"{_masked(str(found.access_key_id))}, {kind}, from {origin}")


def check_role(patient: Patient) -> Iterator[Finding]:
    """Whether the role can be assumed."""
    role = patient.target.role_arn
    if role is None:
        yield ok("role", "none is asked for (--role-arn)")
    elif isinstance(patient.caller, NotAsked):
        yield skipped("role", patient.caller.why, patient.caller.remedy)
    elif isinstance(patient.caller, CallError):
        yield failed("role", f"{role}: {patient.caller}", remedy(ASSUME_ROLE, patient.caller))
    else:
        yield ok("role", f"{role} is assumed")


def _why(error: SourceError) -> str:
    """What is wrong where the chain found something. It tries everything: most of what it says is no fault."""
    _, *tried = re.split(r"""(?:\[|, )['"](\w+)CredentialsProvider: """, str(error.__context__))
    told = [
        f"{provider}: {_unquoted(why)}"
        for provider, why in zip(tried[::2], tried[1::2], strict=True)
        if not any(sign in why for sign in _NO_FAULT)
    ]
    return "; ".join(told) or "no variables, no OIDC, no profile, no ECS role"


def _unquoted(why: str) -> str:
    """The beginning of a message, without the number of a system's error and without what it quotes."""
    return one_line(re.split(_QUOTED, re.sub(r"^\[Errno \d+\] ", "", why), maxsplit=1)[0]).rstrip()


def _masked(access_key_id: str) -> str:
    return one_line(access_key_id)[:4] + "***"
