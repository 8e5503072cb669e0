"""Find the lines of Terraform files that declare the resources of a plan, which does not show them itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

from acctgate.model.outcome import Place
from acctgate.plan.program_text import line_at, program_text

_RESOURCE: Final = re.compile(r'^[ \t]*resource[ \t]+"([\w-]+)"[ \t]+"([\w-]+)"', re.MULTILINE)
_INDEX: Final = re.compile(r"\[.*\]$")
_MOST_FILES: Final = 200


def terraform_lines(addresses: Iterable[str], folders: Iterable[Path], root: Path) -> dict[str, Place]:
    """Return the line that declares each resource of a root module, if exactly one line of the files does.

    Args:
        addresses: The resources' addresses in the plan. Resources of modules are not looked for.
        folders: Where the plans are. Each of them, or a folder between it and `root`, may be the one of the program.
        root: What the places are relative to. No file outside of it is read: if a folder outside of it has Terraform
            files, it may be the one of the program, and nothing is found.
    """
    root = root.resolve()
    found: dict[str, list[Place]] = {}
    between = (each for folder in folders for each in _up_to(folder.resolve(), root))
    for module in dict.fromkeys((root, *between)):
        files = sorted((*module.glob("*.tf"), *module.glob("*.tofu")))
        if files and not module.is_relative_to(root):
            return {}
        for file in islice(files, _MOST_FILES):
            for name, line in _declared(file):
                found.setdefault(name, []).append(Place(os.path.relpath(file, root), line))
    names = {address: _INDEX.sub("", address) for address in addresses}
    return {address: found[name][0] for address, name in names.items() if len(found.get(name, ())) == 1}


def _up_to(folder: Path, root: Path) -> Iterator[Path]:
    """Yield a folder and those above it, without `root` and those above that."""
    return takewhile(lambda each: not root.is_relative_to(each), (folder, *folder.parents))


def _declared(file: Path) -> list[tuple[str, int]]:
    """Return the resources that a file declares, with their lines."""
    text = program_text(file)
    return [(f"{each[1]}.{each[2]}", line_at(text, each.start())) for each in _RESOURCE.finditer(text)]
