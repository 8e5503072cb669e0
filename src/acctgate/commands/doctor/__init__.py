"""`acctgate doctor`: check what acctgate needs. Each problem includes a fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from acctgate.commands.doctor import calls, credentials, endpoints, engine, policy, software
from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding, failed
from acctgate.log import trace
from acctgate.redact import one_line

Check = Callable[[DoctorContext], Iterable[Finding]]
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


def examine(context: DoctorContext) -> Iterator[Finding]:
    """Run all checks and yield their findings. A check that raises is a finding too; the others still run."""
    for name, check in CHECKS.items():
        try:
            yield from check(context)
        except Exception as error:
            trace(f"the check {name}", error)
            yield failed(
                name, f"{type(error).__name__}: {one_line(error)}", "this is a bug in acctgate; --debug shows where"
            )
