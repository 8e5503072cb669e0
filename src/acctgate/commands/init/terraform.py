"""Find what Terraform, OpenTofu or Terragrunt plans in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acctgate.plan.lock_file import LOCK_FILE
from acctgate.reading import text_or_empty

_SOURCES: Final = (".tf", ".tofu", ".tf.json", ".tofu.json")
_SKIPPED: Final = frozenset({"modules", "examples", "test", "tests", "node_modules", "venv"})
"""Folders that usually hold no root module, beside hidden ones."""
_MAX_DEPTH: Final = 4
_TOFU_BINARY: Final = re.compile(r"""^[ \t]*terraform_binary\s*=\s*"([^"\n]*/)?tofu\"""", re.MULTILINE)
"""Terragrunt's setting."""
_LOCAL_MODULE: Final = re.compile(r"""["']?source["']?\s*[=:]\s*"(\.{1,2}/[^"\0]*)\"""")


@dataclass(frozen=True, slots=True)
class Module:
    """A root module."""

    path: str
    """From the folder that was searched; `.` is that folder."""
    locked: bool
    """Whether it has a dependency lock file."""

    @property
    def plan(self) -> str:
        """The file with its plan as JSON, from that folder. It is beside the lock file, which names the provider."""
        return "tfplan.json" if self.path == "." else f"{self.path}/tfplan.json"


@dataclass(frozen=True, slots=True)
class Terraform:
    """What a pipeline plans."""

    tool: str
    """`terraform` or `tofu`."""
    terragrunt: bool
    modules: tuple[Module, ...]
    """Empty with Terragrunt, which finds its units itself."""

    @property
    def plans(self) -> tuple[str, ...]:
        """The files with the plans as JSON, from the folder."""
        return ("tfplan.json",) if self.terragrunt else tuple(module.plan for module in self.modules)

    def commands(self) -> list[str]:
        """Return the shell commands that write the plans. A failing one must stop the shell."""
        if self.terragrunt:
            return [
                f"export TG_TF_PATH={self.tool}",
                "rm -rf .acctgate/plans",  # a workspace may have plans of units that no longer exist
                'terragrunt run --all --non-interactive --json-out-dir "$PWD/.acctgate/plans" -- plan -input=false',
                # One file, so that a run without any plan is an error instead of a verdict without a plan.
                "find .acctgate/plans -name '*.json' -exec cat {} + > tfplan.json",
            ]
        return [command for module in self.modules for command in self._module(module)]

    def _module(self, module: Module) -> Iterator[str]:
        tool = self.tool if module.path == "." else f"{self.tool} -chdir={module.path}"
        yield f"{tool} init -input=false{' -lockfile=readonly' if module.locked else ''}"
        yield f"{tool} plan -input=false -out=tfplan"
        yield f"{tool} show -json tfplan > {module.plan}"


def find_terraform(folder: Path) -> Terraform | None:
    """Return what to plan in a folder, None if it has no configuration.

    Modules that another one calls are no root modules. If some root modules use the alicloud provider, the others are
    left out: they deploy elsewhere.
    """
    texts: dict[Path, str] = {}
    terragrunt = opentofu = False
    for place, names in folders_below(folder):
        terragrunt |= "terragrunt.hcl" in names
        opentofu = opentofu or _is_opentofu(place, names)
        sources = [name for name in names if name.endswith(_SOURCES)]
        if sources:
            texts[place] = "\n".join(text_or_empty(place / name) for name in (*sources, LOCK_FILE))
    if not texts and not terragrunt:
        return None
    called = {(place / path).resolve() for place, text in texts.items() for path in _LOCAL_MODULE.findall(text)}
    roots = {place: text for place, text in texts.items() if place.resolve() not in called}
    relevant = {place: text for place, text in roots.items() if "alicloud" in text} or roots
    opentofu |= any("registry.opentofu.org" in text for text in texts.values())
    modules = [Module(place.relative_to(folder).as_posix(), (place / LOCK_FILE).is_file()) for place in relevant]
    return Terraform("tofu" if opentofu else "terraform", terragrunt, () if terragrunt else tuple(modules))


def folders_below(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield the folders that may hold a root module or a project, and the names of their files, both sorted."""
    for place, folders, names in os.walk(folder):
        path = Path(place)
        deep = len(path.relative_to(folder).parts) >= _MAX_DEPTH
        folders[:] = [] if deep else sorted(name for name in folders if name[0] != "." and name not in _SKIPPED)
        yield path, sorted(names)


def _is_opentofu(place: Path, names: Iterable[str]) -> bool:
    """Return whether a folder is for OpenTofu: by its files, its lock file, or Terragrunt's settings."""
    if any(name == ".opentofu-version" or name.endswith((".tofu", ".tofu.json")) for name in names):
        return True
    texts = (text_or_empty(place / name) for name in names if name.endswith(".hcl"))
    return any("registry.opentofu.org" in text or _TOFU_BINARY.search(text) for text in texts)
