"""Where the Terraform files at hand declare the resources of a plan, which does not say it itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from acctgate.model.outcome import Place
from acctgate.reading import SourceError, read_text

_RESOURCE: Final = re.compile(r'^[ \t]*resource[ \t]+"([\w-]+)"[ \t]+"([\w-]+)"', re.MULTILINE)
_INDEX: Final = re.compile(r"\[.*\]$")
_MOST_FILES: Final = 200
_LARGEST: Final = 1 << 20


def terraform_lines(addresses: Iterable[str], folders: Iterable[Path], root: Path) -> dict[str, Place]:
    """Return the line that declares each resource of a root module, if exactly one line of the files does.

    Args:
        addresses: The resources' addresses in the plan. Resources of modules are not looked for.
        folders: Where the files are. A folder outside of `root` is left out.
        root: What the places are relative to.
    """
    found: dict[str, list[Place]] = {}
    for folder in dict.fromkeys(folder.resolve() for folder in folders):
        if folder.is_relative_to(root.resolve()):
            for file in islice(sorted((*folder.glob("*.tf"), *folder.glob("*.tofu"))), _MOST_FILES):
                for name, line in _declared(file):
                    found.setdefault(name, []).append(Place(os.path.relpath(file, root.resolve()), line))
    names = {address: _INDEX.sub("", address) for address in addresses}
    return {address: found[name][0] for address, name in names.items() if len(found.get(name, ())) == 1}


def _declared(file: Path) -> list[tuple[str, int]]:
    """Return the resources that a file declares, with their lines. A link is not read."""
    try:
        text = "" if file.is_symlink() or not file.is_file() else read_text(str(file), _LARGEST)
    except (OSError, SourceError):
        return []
    return [(f"{each[1]}.{each[2]}", text.count("\n", 0, each.start()) + 1) for each in _RESOURCE.finditer(text)]
