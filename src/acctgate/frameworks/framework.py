"""A control framework: its controls, and the rules that cover them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from acctgate.frameworks import CIS, FRAMEWORKS
from acctgate.language import Words
from acctgate.rules.base import Rule

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework, or a section of it that is listed as a whole."""

    id: str
    """Its number in the framework."""
    title: Words
    rules: Mapping[str, Mapping[str, Any]]
    """The rules that cover it, each with the weakest parameters that satisfy it. Empty: acctgate cannot judge it."""
    source: str = ""
    """What the mapping is based on: the clause, and what it says."""
    not_judged: str = ""
    """The part of the control that the rules do not judge."""
    reason: str = ""
    """Why acctgate cannot judge it."""

    @property
    def covered(self) -> bool:
        """Return whether any rule covers it."""
        return bool(self.rules)


@dataclass(frozen=True, slots=True)
class Framework:
    """A set of controls."""

    id: str
    label: str
    """Its short name, with which `title` begins."""
    title: Words
    version: str
    source: str
    """The document that the controls are from."""
    scope: Words
    """Which of its controls are listed."""
    controls: tuple[Control, ...]

    @property
    def covered(self) -> tuple[Control, ...]:
        """The controls that rules cover."""
        return tuple(control for control in self.controls if control.covered)

    @property
    def titles(self) -> Mapping[str, Words]:
        """The title of each control, by its id."""
        return {control.id: control.title for control in self.controls}

    def controls_of(self, rule: str) -> tuple[str, ...]:
        """Return the ids of the controls that a rule covers."""
        return tuple(control.id for control in self.controls if rule in control.rules)


Covered = tuple[tuple[Framework, tuple[str, ...]], ...]
"""Frameworks, each with the ids of those of its controls that are meant."""


@cache
def load_framework(name: str) -> Framework:
    """Return a framework.

    Args:
        name: One of `FRAMEWORKS`.
    """
    text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, _LOADER)  # noqa: S506 - a safe loader
    controls = tuple(control for section in found.pop("sections") for control in _controls(section))
    return Framework(**{**found, **{key: Words(**found[key]) for key in ("title", "scope")}}, controls=controls)


def references(rule: Rule[Any]) -> Covered:
    """Return each framework of which a rule covers controls, with their ids. A policy's own rule can name some."""
    frameworks = map(load_framework, FRAMEWORKS)
    found = ((each, cis_controls(rule) if each.id == CIS else each.controls_of(rule.id)) for each in frameworks)
    return tuple((framework, ids) for framework, ids in found if ids)


def cis_controls(rule: Rule[Any]) -> tuple[str, ...]:
    """Return the controls of the CIS benchmark that a rule covers."""
    return load_framework(CIS).controls_of(rule.id) or rule.cis


def _controls(section: Mapping[str, Any]) -> Iterator[Control]:
    """Yield the controls of a section. A section without controls is a control itself."""
    for entry in section.get("controls", [section]):
        given = {"rules": {}, "reason": section.get("reason", ""), **entry, "title": Words(**entry["title"])}
        given.pop("covered", None)  # written for readers: a control without rules is not covered
        if given["rules"]:
            given["reason"] = ""
        yield Control(**given)
