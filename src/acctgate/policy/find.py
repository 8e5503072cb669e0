"""Find the policy of a repository."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Final

from acctgate.policy.chain import PRESETS
from acctgate.policy.load import load_policy, load_preset
from acctgate.policy.policy import Policy
from acctgate.policy.source import PolicyError
from acctgate.text import os_reason

NAMES: Final = (Path("policies/policy.yaml"), Path("policies/policy.yml"))


class NoPolicyError(PolicyError):
    """The repository has no policy."""


def find_policy(folder: Path, otherwise: str = "use --policy baseline") -> Path:
    """Return the policy file of the repository that a folder belongs to.

    Searched from the folder up to the root of the git repository. Outside of a repository, the search goes on through
    all parents, but ends at a folder in which any user may write, such as /tmp: a policy could be planted there.

    Args:
        folder: Where the search begins.
        otherwise: What the message suggests besides `acctgate init`.

    Returns:
        The path, relative to the folder. It exists, but may be a dangling link or a directory.

    Raises:
        NoPolicyError: There is none.
        PolicyError: There are two side by side, a folder cannot be searched, or it is a pipe or a device.
    """
    for place in _searched(folder.resolve()):
        found = [place / name for name in NAMES if _exists(place / name)]
        if len(found) > 1:
            raise PolicyError(f"{_relative(found[0], folder)}: {NAMES[1].name} exists beside it; remove one of them")
        if found:
            return _usable(_relative(found[0], folder), found[0])
    raise NoPolicyError(
        f"{NAMES[0]}: no such file, here or above in the repository; "
        f"write a policy with `acctgate init`, or {otherwise}"
    )


def has_policy(folder: Path) -> bool:
    """Return whether the repository that a folder belongs to has a policy, valid or not."""
    try:
        find_policy(folder)
    except NoPolicyError:
        return False
    except PolicyError:
        pass
    return True


def load_selected(selected: Path | None, folder: Path, today: date | None = None) -> Policy:
    """Load the preset or file that `--policy` names, else the policy of the repository.

    Args:
        selected: What `--policy` names, None without the option.
        folder: The working directory.
        today: The day (UTC) from which `max_waiver_days` counts; None does not check it.

    Raises:
        NoPolicyError: There is none.
        PolicyError: It is invalid.
    """
    if selected is not None and str(selected) in PRESETS:
        return load_preset(str(selected))
    if selected is not None and not selected.suffix and len(selected.parts) == 1 and not os.path.lexists(selected):
        raise PolicyError(f"{selected}: neither a preset ({' or '.join(PRESETS)}) nor a file")
    return load_policy(find_policy(folder) if selected is None else selected, today)


def _searched(folder: Path) -> Iterator[Path]:
    places = (folder, *folder.parents)
    root = next((number for number, place in enumerate(places) if os.path.lexists(place / ".git")), None)
    if root is not None:
        yield from places[: root + 1]
        return
    yield folder
    yield from takewhile(_is_protected, folder.parents)


def _is_protected(folder: Path) -> bool:
    try:
        return os.name != "posix" or not folder.stat().st_mode & stat.S_IWOTH
    except OSError:
        return False


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        if path.parent.is_symlink() and not path.parent.exists():
            raise PolicyError(f"{path.parent}: dangling link") from None
        return False
    except OSError as error:
        raise PolicyError(f"{path}: {os_reason(error)}") from None
    return True


def _usable(name: Path, path: Path) -> Path:
    """Return the name. Opening a pipe would wait for somebody to write into it."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise PolicyError(f"{name}: not a regular file")
    return name


def _relative(path: Path, folder: Path) -> Path:
    return Path(os.path.relpath(path, folder.resolve()))
