"""The engine that has started this process: its process, its command line and its project.

The engine does not show its options to a policy pack. They are on the command line of an ancestor of the pack's
process, in PULUMI_OPTION_* variables and in the project file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from acctgate.crossguard import variables
from acctgate.crossguard.engine_command import UNKNOWN_COMMAND, EngineCommand, parse_command
from acctgate.crossguard.project import Project, ProjectError, read_project
from acctgate.programs import output_of

_TIMEOUT: Final = 10  # seconds
_MAX_ANCESTORS: Final = 20


def find_command() -> EngineCommand:
    """Return the command of the engine that has started this process."""
    process = engine_process()
    if process is None:
        return UNKNOWN_COMMAND
    arguments = _command_line(process)[1:]
    return parse_command(arguments, os.environ, _project_refresh(working_directory(process)))


def engine_process() -> int | None:
    """Return the process id of the engine that has started this process, None if it is not found."""
    return next(reversed(processes_up_to_engine()), None)


@cache
def processes_up_to_engine() -> tuple[int, ...]:
    """Return the ancestors of this process up to the engine, a language host among them. Empty if it is not found.

    Cached: the pack finds them before it serves anybody. Later, another process might have it run out of files to open.
    """
    processes: list[int] = []
    for process in _ancestors():
        processes.append(process)
        arguments = _command_line(process)
        if arguments and re.fullmatch(r"pulumi(\.exe)?", Path(arguments[0]).name):
            return tuple(processes)
    return ()


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
    return output_of(["ps", "-o", column, "-p", str(process)], _TIMEOUT)


def working_directory(process: int | None) -> Path | None:
    """Return a process's working directory, None if it is not known."""
    try:
        return Path(f"/proc/{process}/cwd").readlink()
    except OSError:
        return None


def environment_of(process: int | None) -> Mapping[str, str] | None:
    """Return the variables that a process was started with, None if they are not known."""
    try:
        content = Path(f"/proc/{process}/environ").read_bytes()
    except OSError:
        return None
    pairs = (variable.partition("=") for variable in os.fsdecode(content).split("\0"))
    return {name: value for name, _, value in pairs}


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
