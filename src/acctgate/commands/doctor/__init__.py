"""`acctgate doctor`: what acctgate needs, looked at one by one, each with what to do where something is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from acctgate.commands.doctor import calls, credentials, endpoints, engine, policy, software
from acctgate.commands.doctor.context import Patient
from acctgate.commands.doctor.finding import Finding, failed
from acctgate.log import trace
from acctgate.redact import one_line

Check = Callable[[Patient], Iterable[Finding]]
CHECKS: Final[dict[str, Check]] = {
    "acctgate": software.check,
    "engine": engine.check,
    "policy": policy.check,
    "proxy": endpoints.check_proxies,
    "endpoints": endpoints.check_endpoints,
    "clock": endpoints.check_clock,
    "credentials": credentials.check_credentials,
    "role": credentials.check_role,
    "identity": calls.check_identity,
    "permissions": calls.check_permissions,
}


def examine(patient: Patient) -> Iterator[Finding]:
    """The findings, as they come. A check that raises is a finding too, and the others go on."""
    for name, check in CHECKS.items():
        try:
            yield from check(patient)
        except Exception as error:
            trace(f"the check {name}", error)
            yield failed(
                name, f"{type(error).__name__}: {one_line(error)}", "this is a fault of acctgate; --debug shows where"
            )
