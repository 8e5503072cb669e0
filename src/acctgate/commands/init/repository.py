"""Inspect a repository: its Pulumi project or Terraform modules, its virtual environment and its CI systems."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from acctgate.commands.init.files import is_marked
from acctgate.commands.init.terraform import Terraform, find_terraform, folders_below
from acctgate.crossguard.project import runtime_name, runtime_options
from acctgate.plan.project import PROJECT_FILES, load_yaml
from acctgate.programs import git_output
from acctgate.reading import SourceError
from acctgate.redact import one_line

_SIGNS: Final = {
    "github": (".github",),
    "gitlab": (".gitlab-ci.yml", ".gitlab"),
    "flow": (".flow",),
    "jenkins": ("Jenkinsfile",),
}
_HOSTS: Final = {"github": ("github",), "gitlab": ("gitlab",), "flow": ("aliyun.com", "alibabacloudcs.com")}
_STACK: Final = re.compile(r"Pulumi\.[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_PLAIN_PATH: Final = re.compile(r"[\w./][\w./-]*")
"""Paths that need no quotes in a shell or in YAML."""


DEFAULT_STACK: Final = "prod"
"""The stack that pipelines preview if the project has no stack's configuration."""
_MAIN_STACKS: Final = ("prod", "production", "main", "live")
DEFAULT_PACK: Final = "policies"
_MAX_PACK_DEPTH: Final = 4


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder to set up acctgate in, and the repository that it belongs to."""

    folder: Path
    runtime: str | None = None
    """The language of the Pulumi project's program, as in Pulumi.yaml. None if it is not a Pulumi project."""
    virtualenv: str | None = None
    """The virtual environment of the project's program, as in Pulumi.yaml."""
    stack: str = DEFAULT_STACK
    """The stack that pipelines preview."""
    stack_file: str | None = None
    """The stack's configuration, from which its name is known."""
    terraform: Terraform | None = None
    """What to plan, None if there are no Terraform modules or it is a Pulumi project."""
    prefix: str = ""
    """The folder, from the root of the repository. Empty: it is the root."""
    pack: str = DEFAULT_PACK
    """The folder of the policy and its pack, from the project's folder."""
    top: Path | None = None
    """The root of the repository, if it is not the folder."""
    projects: tuple[str, ...] = ()
    """Folders of Pulumi projects, from the folder, if that is none itself."""

    @property
    def pulumi(self) -> bool:
        """Whether it is a Pulumi project."""
        return self.runtime is not None

    @property
    def pack_virtualenv(self) -> str | None:
        """The virtual environment of the policy pack, from the pack. None: the Python on PATH runs the pack."""
        if self.virtualenv is not None:
            return self.virtualenv if self.virtualenv.startswith("/") else self._up + self.virtualenv
        return "venv" if self.runtime not in (None, "python") else None

    @property
    def environment(self) -> str:
        """Where a pipeline installs acctgate, from the project's folder: where the program or the pack needs it."""
        if self.virtualenv is not None:
            return self.virtualenv
        return ".acctgate/venv" if self.pack_virtualenv is None else f"{self.pack}/{self.pack_virtualenv}"

    @property
    def root(self) -> Path:
        """The root of the repository, where CI systems look for pipelines."""
        return self.top or self.folder

    @property
    def _up(self) -> str:
        return "../" * len(Path(self.pack).parts)

    def from_root(self, name: str) -> str:
        """Return the path from the root of the repository of a file in the folder."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def has(self, name: str) -> bool:
        """Return whether a file, folder or link of that name exists in the folder."""
        return os.path.lexists(self.folder / name)


def inspect_repository(folder: Path, pack: str | None = None) -> Repository:
    """Inspect a folder.

    Args:
        folder: The folder.
        pack: The folder of the policy pack, from there. None: where an earlier run wrote it, else `policies`.

    Raises:
        SourceError: The folder does not exist, has a path that no pipeline can use, or its Pulumi.yaml is invalid.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such directory")
    top = git_root(folder) or folder.resolve()
    prefix = folder.resolve().relative_to(top).as_posix()
    settings: dict[str, Any] = {"pack": _pack_folder(pack or _present_pack(folder) or DEFAULT_PACK)}
    if prefix != ".":
        settings |= {"prefix": plain_path(prefix, str(folder)), "top": Path(os.path.relpath(top))}
    for name in PROJECT_FILES:
        path = folder / name
        if path.is_file():
            project = _read_project(path)
            stack, file = _stack(folder, project)
            return Repository(folder, runtime_name(project), _virtualenv(path, project), stack, file, **settings)
    found = find_terraform(folder)
    for module in found.modules if found else ():
        plain_path(module.path, str(folder / module.path))
    return Repository(folder, terraform=found, projects=_projects_below(folder), **settings)


def _projects_below(folder: Path) -> tuple[str, ...]:
    found = (place for place, names in folders_below(folder) if any(name in PROJECT_FILES for name in names))
    return tuple(place.relative_to(folder).as_posix() for place in found)


def plain_path(path: str, where: str) -> str:
    """Return a path that needs no quotes in a shell or in YAML.

    Args:
        path: The path.
        where: Where it comes from, for the message.

    Raises:
        SourceError: It needs quotes.
    """
    if not _PLAIN_PATH.fullmatch(path):
        raise SourceError(f"{one_line(where)}: invalid path; a pipeline can use letters, digits and ._-/")
    return path


def _pack_folder(text: str) -> str:
    path = Path(text)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise SourceError(f"--pack-dir {one_line(text)}: invalid; use a folder below the project's")
    return plain_path(path.as_posix(), f"--pack-dir {text}")


def _present_pack(folder: Path) -> str | None:
    """Return the folder to which an earlier run wrote the policy, None if there is none.

    One directly below may have been renamed. A deeper one must not be that of another folder's run.

    Raises:
        SourceError: There are several.
    """
    near = [path for path in folder.glob("*/policy.yaml") if is_marked(path)]
    below = (path for depth in range(2, _MAX_PACK_DEPTH + 1) for path in folder.glob(f"{'*/' * depth}policy.yaml"))
    deep = [path for path in below if is_marked(path, path.relative_to(folder).as_posix())]
    found = sorted(path.parent.relative_to(folder).as_posix() for path in (*near, *deep))
    if len(found) > 1:
        raise SourceError(f"{folder}: policies of earlier runs in {' and '.join(found)}; use --pack-dir to select one")
    return found[0] if found else None


def _read_project(path: Path) -> Mapping[str, Any]:
    try:
        project: Any = load_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: invalid YAML: {one_line(error)}") from None
    return project if isinstance(project, dict) else {}


def _stack(folder: Path, project: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the stack whose configuration the project has: of several, one with the name of a production stack.

    Returns:
        Its name, and the file of its configuration; None if there is no such file.
    """
    place = folder / str(project.get("stackConfigDir") or ".")
    files = sorted(path for path in place.glob("Pulumi.*.y*ml") if path.suffix in (".yaml", ".yml"))
    names = {path.stem.removeprefix("Pulumi."): path for path in files if _STACK.fullmatch(path.stem)}
    name = next((name for name in _MAIN_STACKS if name in names), next(iter(names), None))
    return (DEFAULT_STACK, None) if name is None else (name, os.path.relpath(names[name], folder))


def _virtualenv(path: Path, project: Mapping[str, Any]) -> str | None:
    options = runtime_options(project)
    named = options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else None)
    return None if named is None else plain_path(str(named), f"{path}: virtualenv")


def detect_systems(repository: Repository) -> tuple[str, ...]:
    """Return the CI systems of the repository, from its files, else from its remotes, else GitHub."""
    by_files = tuple(
        name
        for name, signs in _SIGNS.items()
        if any(os.path.lexists(folder / sign) for folder in (repository.folder, repository.root) for sign in signs)
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


def git_root(folder: Path) -> Path | None:
    """Return the root of the git repository that contains the folder, None outside of a repository."""
    here = folder.resolve()
    return next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), None)
