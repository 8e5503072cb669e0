"""The interface of a format. Renderers are pure: they read and write no files and know no time."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from acctgate.language import Language, Words, in_language
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import Outcome, Place, Places
from acctgate.model.report import AccountReport, Summary
from acctgate.rules import RULES
from acctgate.rules.base import Rule

if TYPE_CHECKING:
    from acctgate.frameworks.framework import Framework
    from acctgate.render.fleet import Fleet

DEFAULT_PLACE: Final = Place("policies/policy.yaml", 1)
"""The location of a finding if the policy is a preset: code scanners require a file."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a format needs besides the reports."""

    places: Places = field(default_factory=dict)
    """The line of the policy file for each rule, for formats that annotate files."""
    rules: tuple[Rule[Any], ...] = RULES
    """All rules that the policy can use: the built-in ones, then its own."""
    color: bool = False
    """Whether text is coloured."""
    width: int = 110
    """The width of text in columns."""
    frameworks: tuple[Framework, ...] = ()
    """The frameworks whose controls are judged."""
    judged_by: JudgedBy | None = None
    """What judged, None if it is unknown."""
    folder: str = ""
    """The working directory, which the files of places are relative to: an absolute path with slashes."""
    language: Language = "en"
    """The language of text, Markdown and, at first, of the page."""
    verbose: bool = False
    """Whether text shows each of many accounts in detail, and the values of rules that pass, too."""
    root: str = ""
    """The repository's root, an absolute path with slashes; empty if unknown."""

    @property
    def overrides(self) -> tuple[str, ...]:
        """What overrides the policy, one text for each."""
        return self.judged_by.policy.overrides if self.judged_by else ()

    @property
    def judged_at(self) -> str | None:
        """The time of judgement, None if it is unknown."""
        return self.judged_by.judged_at if self.judged_by else None

    def say(self, words: Words | str) -> str:
        """Return words, or a text that may have a Chinese form, in the language of the report."""
        return words.of(self.language) if isinstance(words, Words) else in_language(words, self.language)

    def title(self, rule: str) -> str:
        """Return a rule's title in the language of the report; its id if it is not known."""
        known = _by_id(self.rules).get(rule)
        return known.text(self.language).title if known else rule

    def value(self, outcome: Outcome) -> Any:
        """Return what an outcome found: the value, or the message if the value alone says little."""
        known = _by_id(self.rules).get(outcome.rule)
        says_little = isinstance(outcome.actual, (dict, list)) or outcome.actual == ""
        explained = known is None or known.value_explains or outcome.outcome == "pass"
        return self.say(outcome.message) if says_little or not explained else outcome.actual

    def remediation(self, outcome: Outcome) -> str:
        """Return a finding's remediation, translated if it is the rule's own."""
        rule = None if self.language == "en" else _by_id(self.rules).get(outcome.rule)
        if rule is None or outcome.remediation != rule.remediation:
            return outcome.remediation
        return rule.text(self.language).remediation

    def place(self, outcome: Outcome) -> Place:
        """Return where a finding is shown: at the planned resource, else at the rule's line in the policy."""
        return self.from_root(outcome.place or self.places.get(outcome.rule, DEFAULT_PLACE))

    def from_root(self, place: Place) -> Place:
        """Return a place relative to the repository's root: code scanners find files from there.

        A file outside of the repository keeps its name.
        """
        return _from_root(place, self.folder, self.root) if self.root else place


@lru_cache(maxsize=8)
def _by_id(rules: tuple[Rule[Any], ...]) -> dict[str, Rule[Any]]:
    return {rule.id: rule for rule in rules}


@lru_cache(maxsize=1024)
def _from_root(place: Place, folder: str, root: str) -> Place:
    path = posixpath.relpath(posixpath.join(folder, place.file), root)
    return place if path.startswith("../") else replace(place, file=path)


class Renderer:
    """Renders one report. Accounts are rendered one at a time, so that memory does not grow with their number."""

    encoding = "utf-8"
    """How a file encodes the text."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def begin(self) -> str:
        """Return the text before the first account."""
        return ""

    def account(self, report: AccountReport) -> str:
        """Return the text for one account."""
        return ""

    def merge(self, fleet: Fleet) -> None:
        """Add accounts by their totals alone. Only text without details can show them."""
        raise NotImplementedError

    def end(self, summary: Summary) -> str:
        """Return the text after the last account."""
        return ""
