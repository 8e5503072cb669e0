"""The command line of the engine that runs the pack: which resources it touches, and how.

The engine does not show these options to a policy pack. They are on the command line of an ancestor of the pack's
process, in PULUMI_OPTION_* variables and in the project file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acctgate.crossguard import variables
from acctgate.crossguard.project import Project, ProjectError, read_project

_TIMEOUT: Final = 10  # seconds
_MAX_ANCESTORS: Final = 20
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


def find_command() -> EngineCommand:
    """Return the command of the engine that has started this process."""
    process = engine_process()
    if process is None:
        return UNKNOWN_COMMAND
    arguments = _command_line(process)[1:]
    return parse_command(arguments, os.environ, _project_refresh(working_directory(process)))


def engine_process() -> int | None:
    """Return the process id of the engine that has started this process, None if it is not found."""
    for process in _ancestors():
        arguments = _command_line(process)
        if arguments and re.fullmatch(r"pulumi(\.exe)?", Path(arguments[0]).name):
            return process
    return None


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


def _ancestors() -> Iterator[int]:
    process = os.getppid()
    for _ in range(_MAX_ANCESTORS):
        if process <= 1:
            return
        yield process
        process = _parent(process)


def _parent(process: int) -> int:
    try:
        return int(
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
        )
    except (OSError, ValueError, IndexError):
        text = _ps(process, "ppid=")
        return int(text) if text.isdigit() else 0


def _command_line(process: int) -> list[str]:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        return [word.decode("utf-8", "replace") for word in words[:-1]]
    except OSError:
        return _ps(process, "args=").split()


def _ps(process: int, column: str) -> str:
    """Return what `ps` shows of a process, empty if it shows nothing."""
    if not (ps := shutil.which("ps")):
        return ""
    try:
        done = subprocess.run(
            [ps, "-o", column, "-p", str(process)], capture_output=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def working_directory(process: int | None) -> Path | None:
    """Return a process's working directory, None if it is not known."""
    try:
        return Path(f"/proc/{process}/cwd").readlink()
    except OSError:
        return None


def _project_refresh(directory: Path | None) -> bool | None:
    """Return whether the project file requests a refresh before each operation. None if no project file was found."""
    project = find_project(directory)
    if project is None:
        return None
    options = project.settings.get("options")
    return isinstance(options, dict) and options.get("refresh") == "always"


def find_project(directory: Path | None = None) -> Project | None:
    """Return the project that is deployed, None if it is not found.

    A project of another name is not the one that is deployed, even if it has a stack of the same name.

    Args:
        directory: The engine's working directory, if it is known.
    """
    named = os.environ.get(variables.PROJECT)
    starts = [Path(named)] if named else [place for place in (directory, Path.cwd()) if place is not None]
    for start in starts:
        for folder in (start, *start.parents):
            try:
                project = read_project(folder)
            except (ProjectError, OSError):
                continue
            if project.name == os.environ.get("PULUMI_PROJECT"):
                return project
    return None
