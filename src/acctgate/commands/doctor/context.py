"""What the checks look at. Each thing is looked at once, and only where a check asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from acctgate.commands.doctor.probe import Door, knock
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.calls import Caller, Target, default_credential
from acctgate.sources.operations import IDENTITY, PACKS, PRACTICE, PREFERENCE, Operation

PRODUCTS: Final = ("sts", "ims", "config")
_AT_ONCE: Final = (IDENTITY, PREFERENCE, PRACTICE, PACKS)


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A call that was not made."""

    why: str
    remedy: str


@dataclass
class Patient:
    """What is to be examined."""

    target: Target
    policy: Path | None
    """The policy file. None is the preset baseline."""
    project: Path
    """The folder of the Pulumi project."""
    environment: Mapping[str, str]
    say: Callable[[str], None] = lambda text: None
    """Is told what is looked at."""

    @cached_property
    def doors(self) -> dict[str, Door]:
        """The door of each product, knocked at."""
        self.say("endpoints")
        with ThreadPoolExecutor(len(PRODUCTS)) as pool:
            return dict(zip(PRODUCTS, pool.map(lambda product: knock(self.target, product), PRODUCTS), strict=True))

    @cached_property
    def credential(self) -> Any:
        """The credentials of the default chain; a `SourceError` where there are none."""
        self.say("credentials")
        try:
            return default_credential()
        except SourceError as error:
            return error

    @cached_property
    def caller(self) -> Caller | CallError | NotAsked:
        """Who makes the calls: the credentials, or the role that they assume."""
        if isinstance(self.credential, SourceError):
            return NotAsked("there are no credentials", "see to the credentials first")
        if self.target.role_arn and self.doors["sts"].trouble:
            return self._closed("sts")
        try:
            return Caller(self.target, self.say)
        except CallError as error:
            return error
        except SourceError as error:  # they were there a moment ago
            return NotAsked(str(error), "see to the credentials first")

    @cached_property
    def answers(self) -> dict[str, Any]:
        """What each operation answers; a `CallError` or `NotAsked` where it does not."""
        _ = self.doors, self.caller  # once, and not by each of the threads
        with ThreadPoolExecutor(len(_AT_ONCE)) as pool:
            names = (operation.name for operation in _AT_ONCE)
            return dict(zip(names, pool.map(self.ask, _AT_ONCE), strict=True))

    def ask(self, operation: Operation, query: dict[str, str] | None = None) -> Any:
        """What an operation answers; a `CallError` or `NotAsked` where it does not."""
        caller = self.caller
        if isinstance(caller, NotAsked):
            return caller
        if isinstance(caller, CallError):
            return NotAsked("the role could not be assumed", "see to the role first")
        if self.doors[operation.product].trouble:
            return self._closed(operation.product)
        try:
            return caller.call(operation, query)
        except CallError as error:
            return error

    def _closed(self, product: str) -> NotAsked:
        return NotAsked(f"{self.doors[product].host} cannot be reached", f"see to the endpoint {product} first")
