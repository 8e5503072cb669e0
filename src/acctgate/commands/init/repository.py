"""Inspect a repository: its Pulumi project, virtual environment and CI systems."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from acctgate.git import git_output
from acctgate.reading import SourceError
from acctgate.redact import one_line

_PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
_SIGNS: Final = {"github": (".github",), "gitlab": (".gitlab-ci.yml", ".gitlab"), "flow": (".flow",)}
_HOSTS: Final = {"github": ("github",), "gitlab": ("gitlab",), "flow": ("aliyun.com", "alibabacloudcs.com")}
_STACK: Final = re.compile(r"Pulumi\.[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_PLAIN_PATH: Final = re.compile(r"[\w./-]+", re.ASCII)


DEFAULT_STACK: Final = "prod"
"""The stack that pipelines preview if the project has no stack's configuration."""
_MAIN_STACKS: Final = ("prod", "production", "main", "live")


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder to set up acctgate in."""

    folder: Path
    pulumi: bool
    """Whether it is a Pulumi project."""
    virtualenv: str | None
    """The virtual environment of the project's program, as in Pulumi.yaml."""
    stack: str = DEFAULT_STACK
    """The stack that pipelines preview."""

    def has(self, name: str) -> bool:
        """Return whether a file, folder or link of that name exists."""
        return os.path.lexists(self.folder / name)

    def starts_with(self, name: str, text: str) -> bool:
        """Return whether the file begins with this text."""
        try:
            return (self.folder / name).read_text(encoding="utf-8", errors="replace").startswith(text)
        except OSError:
            return False


def inspect_repository(folder: Path) -> Repository:
    """Inspect a folder.

    Raises:
        SourceError: The folder does not exist, or its Pulumi.yaml cannot be read.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such directory")
    for name in _PROJECT_FILES:
        path = folder / name
        if path.is_file():
            return Repository(folder, True, _virtualenv(path), _stack(folder))
    return Repository(folder, False, None)


def _stack(folder: Path) -> str:
    """Return the stack whose configuration the project has: of several, one with the name of a production stack."""
    files = sorted(path for path in folder.glob("Pulumi.*.y*ml") if path.suffix in (".yaml", ".yml"))
    names = [path.stem.removeprefix("Pulumi.") for path in files if _STACK.fullmatch(path.stem)]
    return next((name for name in _MAIN_STACKS if name in names), names[0] if names else DEFAULT_STACK)


def _virtualenv(path: Path) -> str | None:
    try:
        project: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: invalid YAML: {one_line(error)}") from None
    runtime = project.get("runtime") if isinstance(project, dict) else None
    options = runtime.get("options") if isinstance(runtime, dict) else None
    if not isinstance(options, dict):
        return None
    named = options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else None)
    if named is not None and not _PLAIN_PATH.fullmatch(str(named)):
        raise SourceError(f"{path}: virtualenv: invalid path; a pipeline can use letters, digits and ._-/")
    return None if named is None else str(named)


def detect_systems(repository: Repository) -> tuple[str, ...]:
    """Return the CI systems of the repository, from its files, else from its remotes, else GitHub."""
    folders = {repository.folder, root(repository.folder) or repository.folder}
    by_files = tuple(
        name
        for name, signs in _SIGNS.items()
        if any(os.path.lexists(folder / sign) for folder in folders for sign in signs)
    )
    if by_files:
        return by_files
    hosts = list(_remote_hosts(repository.folder))
    by_host = tuple(name for name, parts in _HOSTS.items() if any(part in host for host in hosts for part in parts))
    return by_host or ("github",)


def _remote_hosts(folder: Path) -> Iterator[str]:
    """Yield the hosts of the git remotes, and nothing else of a URL: it may contain a password."""
    for line in git_output(folder, "config", "--get-regexp", r"^remote\..*\.url$").splitlines():
        if found := re.search(r" (?:\w+://)?(?:[^/@\s]*@)?([\w.-]+)[:/]", line):
            yield found[1].lower()


def root(folder: Path) -> Path | None:
    """Return the root of the git repository that contains the folder, None outside of a repository."""
    here = folder.resolve()
    return next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), None)
