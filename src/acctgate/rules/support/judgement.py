"""What a rule returns: judgements, warnings about its entry, and its texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from acctgate.model.outcome import Place, unknown_message
from acctgate.model.snapshot import Unknown


class Judgement(NamedTuple):
    """The result of one rule on one account."""

    outcome: Literal["pass", "fail", "unknown", "skipped"]
    message: str
    actual: Any = None
    setting: str | None = None
    """The setting that decided, if it is not the rule's own."""
    place: Place | None = None
    """Where the program declares the resource that decided, if known."""
    incomplete: bool = False
    """Whether a violation does not say all: something else that the rule judges is unknown."""


class LintHint(NamedTuple):
    """A warning of `policy lint` about a rule's entry."""

    keys: tuple[str | int, ...]
    """The parameter, and for a list the index in it."""
    message: str
    related: tuple[str, ...] = ()
    """Other rules whose entries are part of the problem."""


class RuleText(NamedTuple):
    """The texts of a rule in one language."""

    title: str
    doc: str
    """What the rule asks for, as a sentence; then, in further paragraphs, why."""
    remediation: str
    parameters: Mapping[str, str] = {}
    """The meaning of each parameter."""
    expected: Callable[[Any], str] | None = None
    """Puts an entry into words in a language other than English, as `Rule.expected` does in English."""


def decide(holds: bool, message: str, actual: Any) -> Judgement:
    """Return a pass if `holds`, else a fail."""
    return Judgement("pass" if holds else "fail", message, actual)


def undecided(unknown: Unknown) -> Judgement:
    """Return the outcome unknown for a value that cannot be read."""
    return Judgement("unknown", unknown_message(unknown.reason), unknown.actual)
