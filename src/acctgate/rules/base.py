"""What a rule is.

A rule is a file: its docstring says why the setting matters, `Parameters` what a policy can ask for,
`expected` puts that into words, and `judge` decides: a pure function of what the rule reads. The docstring
also feeds `acctgate explain` and docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from typing_extensions import TypedDict

from acctgate.model.outcome import Level, Place, Severity
from acctgate.model.snapshot import Path, Snapshot, Unknown

__all__ = [
    "Judgement", "Level", "Path", "Place", "Rule", "RuleEntry", "SettingRule", "Severity", "Snapshot", "Unknown",
    "decide", "entry", "undecided",
]  # fmt: skip

T = TypeVar("T", bound=type)


def entry(model: T) -> T:
    """Make a TypedDict a strict pydantic model of what a policy file says: nothing that it does not know."""
    model.__pydantic_config__ = {"strict": True, "extra": "forbid", "use_attribute_docstrings": True}  # type: ignore[attr-defined]
    return model


@entry
class RuleEntry(TypedDict, total=False):
    """What a policy file can say of a rule: its level. Rules with parameters add theirs."""

    level: Level
    """How binding the rule is. Left out: as in `extends`, else mandatory."""


P = TypeVar("P", bound=RuleEntry)


class Judgement(NamedTuple):
    """What a rule says of what it read."""

    outcome: Literal["pass", "fail", "unknown", "skipped"]
    message: str
    actual: Any = None
    setting: str | None = None
    """The setting that decided, where it is not the rule's own."""
    place: Place | None = None
    """Where the program declares the resource that decided, where that is known."""


def decide(holds: bool, message: str, actual: Any) -> Judgement:
    """Pass where it holds, else fail."""
    return Judgement("pass" if holds else "fail", message, actual)


def undecided(unknown: Unknown) -> Judgement:
    """What cannot be read cannot be proven."""
    return Judgement("unknown", f"not provable: {unknown.reason}", unknown.actual)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule(Generic[P]):
    """One rule: metadata, and how it judges an account."""

    id: str
    title: str
    """What it asks for, in a few words."""
    doc: str
    """The module's docstring: why it matters, what to do."""
    severity: Severity
    setting: str
    """The setting that it reads: section and keys, with dots."""
    parameters: type[P]
    expected: Callable[[P], str]
    remediation: str
    by_resource: bool = False
    """Whether a planned SecurityPreference can break it: then a resource policy judges it too."""
    faults: Callable[[P], Iterable[tuple[tuple[str | int, ...], str]]] = lambda _: ()
    """What is wrong with parameters beyond their types: the key in them, and what was expected."""
    outcomes: tuple[Literal["pass", "fail", "unknown"], ...] = ("pass", "fail", "unknown")
    """The outcomes that it can have, besides skipped."""
    vacuous: Mapping[str, object] = field(default_factory=dict)
    """Values of parameters that every account holds: whoever asks for them asks for nothing."""
    cis: tuple[str, ...] = ()
    """Controls of the CIS Alibaba Cloud Foundation Benchmark that it covers, where there is one."""

    def asks_nothing(self, name: str, value: object) -> bool:
        """Whether every account holds this value of a parameter."""
        return name in self.vacuous and value == self.vacuous[name]

    def judgements(self, account: Snapshot, want: P, now: datetime) -> Sequence[Judgement]:
        """What the rule says of the account: one judgement, or one for each thing that it judges."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, eq=False)
class SettingRule(Rule[P]):
    """A rule that depends on nothing but the values of a few settings, so its judgement can be kept."""

    judge: Callable[..., Judgement]
    """Takes each setting's value, in order, then the parameters."""
    also: tuple[str, ...] = ()
    """Further settings that `judge` takes."""
    repair: Callable[[Any, P], Any] | None = None
    """The value that complies and is nearest to the present one, which may be `Unknown`. None where no planned
    resource can repair it."""
    takes_unknown: bool = False
    """Whether `judge` wants to see `Unknown` values. Otherwise one of them makes the outcome unknown."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where the settings stand that `judge` takes."""
        return tuple(tuple(setting.split(".")) for setting in (self.setting, *self.also))

    def judgements(self, account: Snapshot, want: P, now: datetime) -> Sequence[Judgement]:
        """One judgement on the settings' values."""
        return [self.judge_values([account.read(path) for path in self.paths], want)]

    def judge_values(self, values: Sequence[Any], want: P) -> Judgement:
        """The judgement on the values of `paths`."""
        if not self.takes_unknown:
            for value in values:
                if isinstance(value, Unknown):
                    return undecided(value)
        return self.judge(*values, want)
