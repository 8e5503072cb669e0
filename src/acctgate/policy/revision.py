"""The policy as it was in a git revision, with everything that it extends and its rule modules."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from acctgate.policy.find import NoPolicyError, find_policy
from acctgate.policy.load import load_policy
from acctgate.policy.policy import Policy
from acctgate.policy.source import PolicyError
from acctgate.redact import one_line
from acctgate.rules import RULES
from acctgate.rules.base import RuleEntry

_TIMEOUT: Final = 120  # seconds


def load_revision(revision: str, policy: Path | None, folder: Path) -> Policy:
    """Load the policy of a revision. Call it before the working tree's policy is loaded: modules have the same names.

    Args:
        revision: A commit, branch or tag.
        policy: The policy file in the working tree; None: the policy of the repository.
        folder: The working directory.

    Returns:
        The policy; one that requires nothing if the repository had none.

    Raises:
        PolicyError: There is no such revision, or its policy is invalid.
    """
    root = Path(_git(folder, "rev-parse", "--show-toplevel"))
    _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", about=revision)
    with _files(root, revision) as tree:
        try:
            return load_policy(_located(tree, root, policy, folder))
        except NoPolicyError:
            return Policy({rule.id: RuleEntry(level="disabled") for rule in RULES}, source=revision)
        except PolicyError as error:
            text = str(error).replace(f"{tree}{os.sep}", f"{revision}:")
            raise PolicyError(text) from None
        finally:
            _forget_modules(tree)


def _located(tree: Path, root: Path, policy: Path | None, folder: Path) -> Path:
    here = tree / folder.resolve().relative_to(root.resolve())
    if policy is None:
        here.mkdir(parents=True, exist_ok=True)
        return here / find_policy(here)
    path = (folder / policy).absolute()
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise PolicyError(f"{policy}: outside of the repository {root}")
    return tree / path.parent.resolve().relative_to(root.resolve()) / path.name


@contextmanager
def _files(root: Path, revision: str) -> Iterator[Path]:
    """Write the files of a revision to a temporary folder, without touching the index or the working tree."""
    with tempfile.TemporaryDirectory(prefix="acctgate-", ignore_cleanup_errors=True) as temporary:
        tree = Path(temporary).resolve() / "tree"
        (tree / ".git").mkdir(parents=True)  # the search for a policy ends here
        index = {"GIT_INDEX_FILE": str(tree.parent / "index")}
        _git(root, "read-tree", f"{revision}^{{commit}}", environment=index, about=revision)
        _git(root, "checkout-index", "--all", "--quiet", f"--prefix={tree}{os.sep}", environment=index, about=revision)
        yield tree


def _git(folder: Path, *arguments: str, about: str = "", environment: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise PolicyError(f"--base needs git: {one_line(error)}") from None
    if done.returncode != 0:
        reason = one_line(done.stderr) or "no such revision"
        raise PolicyError(f"--base {about}: {reason}" if about else f"--base: {reason}")
    return done.stdout.strip()


def _forget_modules(tree: Path) -> None:
    """Forget the modules of the revision, so that those of the working tree are imported anew."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and Path(file).is_relative_to(tree) and not name.startswith("acctgate_rules_"):
            del sys.modules[name]
