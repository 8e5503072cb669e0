"""What the checks look at. Each item is read once, when a check first needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from acctgate.commands.doctor.probe import EndpointProbe, probe
from acctgate.reading import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.caller import Caller
from acctgate.sources.credentials import Credentials, find_credentials
from acctgate.sources.operations import (
    IDENTITY,
    OPTIONAL_OPERATIONS,
    PACKS,
    PRACTICE,
    PREFERENCE,
    PRODUCTS,
    Operation,
)
from acctgate.sources.target import Target

PARALLEL_CALLS: Final = (IDENTITY, PREFERENCE, PRACTICE, PACKS)
"""The calls that depend on no other answer."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A call that was not made."""

    reason: str
    remedy: str


@dataclass
class DoctorContext:
    """What to check."""

    target: Target
    policy: Path | None
    """The policy file or preset. None: the policy of the repository."""
    project: Path
    """The folder of the Pulumi project."""
    environment: Mapping[str, str]
    say: Callable[[str], None] = lambda text: None
    """Gets what is being checked."""

    @cached_property
    def probes(self) -> dict[str, EndpointProbe]:
        """Probe the endpoint of each product."""
        self.say("endpoints")
        with ThreadPoolExecutor(len(PRODUCTS)) as pool:
            return dict(zip(PRODUCTS, pool.map(lambda product: probe(self.target, product), PRODUCTS), strict=True))

    @cached_property
    def credentials(self) -> Credentials | SourceError:
        """Find the credentials. Without any, return the `SourceError`."""
        self.say("credentials")
        try:
            return find_credentials(self.target.profile)
        except SourceError as error:
            return error

    @cached_property
    def caller(self) -> Caller | CallError | Skipped:
        """Return what makes the calls, with the credentials or with the role that they assume."""
        if isinstance(self.credentials, SourceError):
            return Skipped("no credentials", "fix the credentials first")
        if self.target.role_arn and self.probes["sts"].error:
            return self._unreachable("sts")
        try:
            return Caller(self.target, self.say)
        except CallError as error:
            return error
        except SourceError as error:  # found a moment ago
            return Skipped(str(error), "fix the credentials first")

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Return the answers of the parallel calls by operation; see `call`."""
        _ = self.probes, self.caller  # once, and not in each thread
        operations = (*PARALLEL_CALLS, *OPTIONAL_OPERATIONS)
        with ThreadPoolExecutor(len(operations)) as pool:
            names = (operation.name for operation in operations)
            return dict(zip(names, pool.map(self.call, operations), strict=True))

    def call(self, operation: Operation, query: dict[str, str] | None = None) -> Any:
        """Return the answer of an operation, its `CallError`, or `Skipped`."""
        caller = self.caller
        if isinstance(caller, Skipped):
            return caller
        if isinstance(caller, CallError):
            return Skipped("the role cannot be assumed", "fix the role first")
        if self.probes[operation.product].error:
            return self._unreachable(operation.product)
        try:
            return caller.call(operation, query)
        except CallError as error:
            return error

    def _unreachable(self, product: str) -> Skipped:
        return Skipped(f"cannot connect to {self.probes[product].host}", f"fix the endpoint {product} first")
