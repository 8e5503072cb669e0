"""Write the files of `acctgate init`, and update them in later runs.

Each file contains a comment with a digest of its other lines. A file whose digest matches is as an earlier run wrote
it, and is updated. One whose digest differs was edited, and one without a digest is the user's own: neither is
overwritten without `--force`. Conflicts are found before anything is read or written.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Final, Literal

from acctgate.reading import text_or_empty
from acctgate.redact import without_secrets
from acctgate.text import and_more
from acctgate.writing import WriteError, require_inside, write_inside

_MARK: Final = re.compile(
    r"^(?:#|//) Written by `acctgate init` as (?P<name>\S+), which updates it unless you edit it: "
    r"sha256:(?P<digest>[0-9a-f]{16})[ \t]*$",
    re.MULTILINE,
)
State = Literal["missing", "written", "edited", "foreign"]
"""What a file is: as an earlier run wrote it, such a file that was edited, or the user's own."""
Action = Literal["Wrote", "Updated", "Unchanged", "Kept"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a run does to a file."""

    name: str
    action: Action
    text: str
    """The text that init has for it."""
    note: str = ""
    """Why it is kept."""
    diff: tuple[str, ...] = ()
    """The difference between the present file and the text, empty if one of them is missing or they are equal."""


def mark(name: str, text: str) -> str:
    """Return a text with the comment that later runs recognize it by.

    Args:
        name: The file's path by default, by which a renamed file is found: of a pipeline from the root of the
            repository, of other files from the project's folder.
        text: Its text, without this comment.
    """
    sign = "//" if Path(name).name.startswith("Jenkinsfile") else "#"
    digest = _digest(text)
    return f"{text}{sign} Written by `acctgate init` as {name}, which updates it unless you edit it: sha256:{digest}\n"


def _digest(text: str) -> str:
    """Return the digest of a text. Line ends, which git may convert, make no difference."""
    return hashlib.sha256("\n".join(text.splitlines()).rstrip().encode()).hexdigest()[:16]


def state_of(path: Path) -> State:
    """Return what a file is. Links and what cannot be read are the user's own."""
    if not os.path.lexists(path):
        return "missing"
    found = _mark_of(path)
    if found is None:
        return "foreign"
    return "written" if found["digest"] == _digest(_MARK.sub("", text_or_empty(path))) else "edited"


def find_renamed(path: Path, name: str) -> str | None:
    """Return the name of a file beside a missing one that an earlier run wrote under the missing one's name."""
    if os.path.lexists(path) or not path.parent.is_dir():
        return None
    others = sorted(path.parent.iterdir())
    renamed = [each.name for each in others if (found := _mark_of(each)) is not None and found["name"] == name]
    return renamed[0] if len(renamed) == 1 else None


def is_marked(path: Path, name: str | None = None) -> bool:
    """Return whether an earlier run wrote a file, under that name if one is given, even if it was edited since."""
    found = _mark_of(path)
    return found is not None and name in (None, found["name"])


def _mark_of(path: Path) -> re.Match[str] | None:
    return None if path.is_symlink() or not path.is_file() else _MARK.search(text_or_empty(path))


def refuse_conflicts(root: Path, names: Iterable[str], *, force: bool) -> None:
    """Refuse to write over files of the user's own, or files that cannot be created.

    Args:
        root: The folder to write below.
        names: The files, relative to it.
        force: Whether existing files may be overwritten.

    Raises:
        WriteError: There is a conflict.
    """
    names = list(names)
    for name in names:
        require_inside(root, name)
        for folder in (root / name).parents:
            if folder != root and folder.is_relative_to(root) and folder.exists() and not folder.is_dir():
                raise WriteError(f"{_shown(folder)}: not a directory, so {name} cannot be created")
        other = (root / name).with_name("policy.yml")
        if Path(name).name == "policy.yaml" and os.path.lexists(other):  # two side by side would be ambiguous
            raise WriteError(f"{_shown(other)}: already exists; rename it to policy.yaml, or remove it")
    taken = [name for name in names if state_of(root / name) == "foreign"]
    if taken and not force:
        elsewhere = ", or --pack-dir for another folder" if Path(taken[0]).name == "PulumiPolicy.yaml" else ""
        raise WriteError(f"{_shown(root / taken[0])}: already exists{and_more(len(taken) - 1)}; use --force{elsewhere}")


def _shown(path: Path) -> str:
    """Return a path as the user would type it in this directory."""
    return os.path.relpath(path)


def plan_changes(root: Path, files: Mapping[str, str], keep: Mapping[str, str], *, force: bool) -> list[Change]:
    """Return what to do with each file.

    Args:
        root: The folder to write below.
        files: The texts with their marks.
        keep: Files to keep though they were not edited, and why. An empty reason: there is nothing to update.
        force: Whether to overwrite every existing file.
    """
    return [_change(root / name, name, text, keep.get(name), force=force) for name, text in files.items()]


def _change(path: Path, name: str, text: str, keep: str | None, *, force: bool) -> Change:
    state = state_of(path)
    if state == "missing":
        return Change(name, "Wrote", text)
    present = text_or_empty(path)
    if present.splitlines() == text.splitlines() or (keep == "" and state == "written" and not force):
        return Change(name, "Unchanged", text)
    reason = "you edited it" if state == "edited" else keep
    if reason and not force:
        return Change(name, "Kept", text, reason, _diff(name, present, text))
    return Change(name, "Updated", text, diff=_diff(name, present, text))


def _diff(name: str, present: str, text: str) -> tuple[str, ...]:
    lines = unified_diff(present.splitlines(), text.splitlines(), name, f"{name} (acctgate init)", lineterm="")
    printable = ("".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in line) for line in lines)
    return tuple(without_secrets(line) for line in printable)


def write_files(root: Path, changes: Iterable[Change]) -> None:
    """Write the files that are new or updated.

    Raises:
        WriteError: A link leads out of the directory, or a file cannot be written.
    """
    for change in changes:
        if change.action in ("Wrote", "Updated"):
            write_inside(root, change.name, change.text)
