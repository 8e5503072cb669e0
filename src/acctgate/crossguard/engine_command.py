"""What the engine's command line means: which resources the run touches, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_ALIASES: Final = {"-t": "--target", "-x": "--exclude", "-r": "--refresh"}
_LISTS: Final = ("--target", "--exclude", "--replace", "--target-replace")
_FLAGS: Final = ("--refresh", "--target-dependents", "--exclude-dependents")
_TRUE: Final = ("", "1", "t", "true")


@dataclass(frozen=True, slots=True)
class EngineCommand:
    """What the engine does, as far as a policy pack must know it."""

    known: bool = True
    """Whether the command line was found. If not, every option may have been given."""
    stored: bool = False
    """Whether stored state is analyzed, so that nothing is deployed."""
    refresh: bool | None = False
    """Whether recorded values are refreshed first. None: not known."""
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    dependents: bool = False
    """Whether resources that depend on the targets, or on what is excluded, count too."""

    def touches(self, urn: str) -> bool | None:
        """Return whether the run may change a resource. None: it depends on the resource's dependencies."""
        if not self.known:
            return None
        unclear = None if self.dependents else False
        if self.targets:
            return True if _matches(self.targets, urn) else unclear
        if _matches(self.excludes, urn):
            return False
        return None if self.excludes and self.dependents else True

    def replaces(self, urn: str) -> bool | None:
        """Return whether the command replaces a resource. None if it is unknown."""
        return _matches(self.replaced, urn) if self.known else None


UNKNOWN_COMMAND: Final = EngineCommand(known=False, refresh=None)
"""The command of an engine that was not found."""


def parse_command(
    arguments: Sequence[str], environment: Mapping[str, str], project_refresh: bool | None = False
) -> EngineCommand:
    """Return what a `pulumi` command line means.

    Args:
        arguments: The arguments, without the program.
        environment: PULUMI_OPTION_REFRESH and the like count if the option is not given.
        project_refresh: Whether the project file requests a refresh. None if it is unknown.
    """
    given: dict[str, list[str]] = {}
    for name, value in _options(arguments):
        given.setdefault(name, []).append(value)
    for name in (*_LISTS, *_FLAGS):
        variable = environment.get(f"PULUMI_OPTION_{name.removeprefix('--').replace('-', '_').upper()}")
        if variable and name not in given:
            given[name] = [variable]
    lists = {name: tuple(each for value in given.get(name, ()) for each in value.split(",") if each) for name in _LISTS}
    flags = {name: given[name][-1].lower() in _TRUE for name in _FLAGS if name in given}
    words = [word for word in arguments if not word.startswith("-")]
    return EngineCommand(
        stored="analyze" in words and "policy" in words,
        refresh=True if "refresh" in words[:1] else flags.get("--refresh", project_refresh),
        targets=lists["--target"] + lists["--target-replace"],
        excludes=lists["--exclude"],
        replaced=lists["--replace"] + lists["--target-replace"],
        dependents=flags.get("--target-dependents", False) or flags.get("--exclude-dependents", False),
    )


def _options(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield options and their values. A value follows an option that takes one, or comes after `=`."""
    words = iter(arguments)
    for word in words:
        if word == "--":
            return
        name, equals, value = word.partition("=")
        if len(name) > 2 and name[:2] in _ALIASES and not name.startswith("--"):
            name, value, equals = name[:2], name[2:] + equals + value, "="
        name = _ALIASES.get(name, name)
        if name in _LISTS:
            yield name, value if equals else next(words, "")
        elif name in _FLAGS:
            yield name, value


def _matches(patterns: Sequence[str], urn: str) -> bool:
    return any(re.fullmatch(_expression(pattern), urn) for pattern in patterns)


def _expression(pattern: str) -> str:
    """Match a URN. `*` matches text within one part of it, `**` any text."""
    parts = re.split(r"(\*\*|\*)", pattern)
    return "".join({"**": ".*", "*": "[^:]*"}.get(part, re.escape(part)) for part in parts)
