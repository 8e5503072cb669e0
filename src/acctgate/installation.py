"""Where the running acctgate was installed from (PEP 610), so that others install the same.

A package index may have another project under a name that is not reserved, so nothing that acctgate writes installs
by name alone.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from acctgate.programs import git_output
from acctgate.version import __version__

WHEEL_FOLDER: Final = ".acctgate"
"""Where a pipeline expects a wheel that was installed from a local file."""
_GITHUB: Final = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII)
_SCP: Final = re.compile(r"(?:([\w.-]+)@)?([\w.-]+):(?!/)([^\s'\"]+)", re.ASCII)
_PLAIN: Final = re.compile(r"[\w.+@:/~%=-]+", re.ASCII)
"""Characters of a URL that need no quotes in a shell or in YAML."""
_COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class MissingExtraError(ImportError):
    """An extra is not installed. The text is one line with the command that installs it."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Where acctgate was installed from. All fields are None if that is not recorded."""

    url: str | None = None
    """A git repository with `commit`, or an archive with `sha256`. Others can reach it."""
    commit: str | None = None
    sha256: str | None = None
    path: Path | None = None
    """A local wheel or directory."""
    editable: bool = False

    def requirement(self, extra: str | None = None, wheels: str = WHEEL_FOLDER) -> str | None:
        """Return the word that makes pip install the same on another machine, quoted for a shell.

        Args:
            extra: An extra to install.
            wheels: Where a local wheel is expected, from the working directory.

        Returns:
            None if only this machine has the source.
        """
        if self.wheel is not None:
            return f'"{_name(extra)} @ file://$PWD/{wheels}/{self.wheel.name}#sha256={self.sha256}"'
        line = self.requirement_line(extra)
        return f"'{line}'" if line else None

    def requirement_line(self, extra: str | None = None) -> str | None:
        """Return the same as a line of a requirements.txt. A local wheel is expected in the working directory of pip.

        pip does not compare the hash of that wheel: in such a file, either all requirements have one or none.
        """
        if self.url and self.commit:
            return f"{_name(extra)} @ git+{self.url}@{self.commit}"
        if self.url and self.sha256:
            return f"{_name(extra)} @ {self.url}#sha256={self.sha256}"
        if self.wheel is not None:
            return f"./{self.wheel.name}{f'[{extra}]' if extra else ''}"
        return None

    @property
    def wheel(self) -> Path | None:
        """The local wheel, None if it was installed from something else."""
        is_wheel = self.path is not None and self.sha256 is not None and bool(_PLAIN.fullmatch(self.path.name))
        return self.path if is_wheel else None

    @property
    def github(self) -> str | None:
        """`OWNER/REPOSITORY@COMMIT`, as a GitHub workflow names an action. None for other sources."""
        found = _GITHUB.fullmatch(self.url or "")
        return f"{found[1]}@{self.commit}" if found and self.commit else None

    def command(self, extra: str) -> str:
        """Return the command that adds an extra on this machine, from the same source."""
        if self.path is not None:
            flag = "-e " if self.editable else ""
            return f"pip install {flag}{shlex.quote(f'{self.path}[{extra}]')}"
        by_name = f"'acctgate[{extra}]=={__version__}'"  # from the index that this one came from
        return f"pip install {self.requirement(extra) or by_name}"


def _name(extra: str | None) -> str:
    return f"acctgate[{extra}]" if extra else "acctgate"


def find_installation() -> Installation:
    """Return where acctgate was installed from. A checkout counts as its remote's if the remote has its commit."""
    try:
        text = distribution("acctgate").read_text("direct_url.json")
        record = json.loads(text or "null")
    except (PackageNotFoundError, OSError, ValueError):
        return Installation()
    return parse(record) if isinstance(record, dict) else Installation()


class Extra(NamedTuple):
    """Packages that only some commands or formats need."""

    name: str
    packages: tuple[str, ...]
    """The names by which they are imported."""

    @property
    def missing(self) -> list[str]:
        """The packages that cannot be imported."""
        return [name for name in self.packages if not _exists(name)]

    @property
    def command(self) -> str:
        """The command that installs it, from where acctgate itself was installed."""
        return find_installation().command(self.name)

    def require(self, what: str) -> None:
        """Check that it is installed.

        Args:
            what: What needs it, as the subject of a sentence.

        Raises:
            MissingExtraError: A package is not installed.
        """
        if self.missing:
            raise MissingExtraError(f"{what} needs {self.missing[0]}, which is not installed: {self.command}")


PULUMI: Final = Extra("pulumi", ("pulumi", "pulumi_policy"))
"""Pulumi's SDK, for data sources, the policy pack and previews."""
PARQUET: Final = Extra("parquet", ("pyarrow",))


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def parse(record: dict[str, Any]) -> Installation:
    """Return what a direct_url.json says. Whatever is missing or malformed is not recorded."""
    url, vcs, archive, folder = (record.get(key) for key in ("url", "vcs_info", "archive_info", "dir_info"))
    if not isinstance(url, str):
        return Installation()
    if isinstance(vcs, dict):
        commit = str(vcs.get("commit_id"))
        reachable = public_url(url)
        known = vcs.get("vcs") == "git" and _COMMIT.fullmatch(commit) and "subdirectory" not in record
        return Installation(reachable, commit) if known and reachable else Installation()
    if isinstance(archive, dict):
        return _archive(url, archive)
    path = _local(url)
    if isinstance(folder, dict) and path is not None:
        return _checkout(path, bool(folder.get("editable")))
    return Installation()


def _archive(url: str, info: dict[str, Any]) -> Installation:
    hashes = info.get("hashes")
    sha256 = hashes.get("sha256") if isinstance(hashes, dict) else str(info.get("hash")).removeprefix("sha256=")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        return Installation()
    path = _local(url)
    if path is not None:
        return Installation(sha256=sha256, path=path)
    reachable = public_url(url)
    return Installation(reachable, sha256=sha256) if reachable else Installation()


def _local(url: str) -> Path | None:
    """Return the path of a file URL of this machine. None for any other text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = unquote(parts.path)
    is_local = parts.scheme == "file" and parts.netloc in ("", "localhost") and "\0" not in path
    return Path(path) if is_local else None


def public_url(url: str) -> str | None:
    """Return a URL that other machines can reach, without a password. None for any other text."""
    if scp := _SCP.fullmatch(url):  # git@host:path
        user = f"{scp[1]}@" if scp[1] else ""
        url = f"ssh://{user}{scp[2]}/{scp[3]}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "ssh") or not host:
        return None
    user = f"{parts.username}@" if parts.scheme == "ssh" and parts.username else ""
    clean = urlunsplit((parts.scheme, f"{user}{host}{f':{port}' if port else ''}", parts.path, "", ""))
    return clean if _PLAIN.fullmatch(clean) else None


def _checkout(path: Path, editable: bool) -> Installation:
    """Return a directory's installation, with its remote and commit if the remote has this commit."""
    commit = git_output(path, "rev-parse", "HEAD")
    remote = public_url(git_output(path, "config", "--get", "remote.origin.url"))
    known = remote and _COMMIT.fullmatch(commit) and (path / ".git").exists()
    if known and git_output(path, "for-each-ref", "--count=1", "--contains", commit, "refs/remotes/origin"):
        return Installation(remote, commit, path=path, editable=editable)
    return Installation(path=path, editable=editable)
