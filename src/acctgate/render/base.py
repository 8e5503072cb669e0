"""What a format is: account reports in, text out. Nothing here reads, writes or knows the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from acctgate.model.outcome import Outcome, Place, Places
from acctgate.model.report import AccountReport, Summary
from acctgate.rules import RULES
from acctgate.rules.base import Rule

DEFAULT_PLACE: Final = Place("policies/policy.yaml", 1)
"""Where a finding is put when the policy is a preset: pipelines want a file."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a format has to know besides the reports."""

    places: Places = field(default_factory=dict)
    """The line of the policy file for each rule, for formats that annotate files."""
    rules: tuple[Rule[Any], ...] = RULES
    """The rules that the policy knows: acctgate's, then its own."""
    color: bool = False
    """For text on a terminal."""
    width: int = 110
    """Of that terminal, in columns."""

    def place(self, outcome: Outcome) -> Place:
        """Where a finding is put: at the resource that decides, else at the policy's line for the rule."""
        return outcome.place or self.places.get(outcome.rule, DEFAULT_PLACE)

    def titles(self) -> Mapping[str, str]:
        """What each rule asks for, in a few words."""
        return {rule.id: rule.title for rule in self.rules}


class Renderer(Protocol):
    """Takes the accounts' reports as they come, so that a fleet never sits in memory."""

    def __init__(self, frame: Frame) -> None: ...

    def begin(self) -> str:
        """What stands before the first account."""

    def account(self, report: AccountReport) -> str:
        """One account."""

    def end(self, summary: Summary) -> str:
        """What stands after the last account."""
