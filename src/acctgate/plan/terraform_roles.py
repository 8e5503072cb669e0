"""Find out whether a provider of Terraform may assume another role than the plan shows.

`show -json` leaves out the dynamic blocks of a provider. Of an expression it names only the variables in it: the role
in the variable may be what the expression builds another role from. So the files of the program must rule both out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from acctgate.model.other_change import Planned
from acctgate.model.provider import Provider
from acctgate.plan.program_text import program_text
from acctgate.redact import one_line

_FILES: Final = ("*.tf", "*.tofu", "*.tf.json", "*.tofu.json")
_MODULES: Final = Path(".terraform", "modules", "modules.json")
"""Where Terraform lists the folders of the modules that it has installed, local ones among them."""
_BLOCK: Final = re.compile(r'^[ \t]*dynamic[ \t]+"?assume_role', re.MULTILINE)
_JSON_BLOCK: Final = re.compile(r'"dynamic"\s*:.*"assume_role', re.DOTALL)
_ROLE: Final = re.compile(r'^(?!\s*(?:#|//)).*?\brole_arn"?[ \t]*[=:][ \t]*(.*)', re.MULTILINE)
_COMMENT: Final = re.compile(r"\s(#|//).*")
_GOES_ON: Final = r"[(\[{?:]$"
"""How a line ends whose expression goes on in the next one."""


def with_hidden_roles(planned: Sequence[Planned], folders: Iterable[Path]) -> list[Planned]:
    """Return the changes; a provider of Terraform is unknown if the program may give it a role that is not shown.

    Args:
        planned: The changes.
        folders: Where the program may be. The first one with files of Terraform has it.
    """
    found = ([file for pattern in _FILES for file in sorted(folder.glob(pattern))] for folder in folders)
    files = next(filter(None, found), [])
    reason = cache(lambda variable: _why_hidden(variable, files))
    return [
        replace(each, provider=_hidden(each.provider, reason(each.provider.role_variable)))
        if "::" not in each.address and (each.provider.role_arn is None or each.provider.role_variable)
        else each
        for each in planned
    ]


def _hidden(provider: Provider, why: str | None) -> Provider:
    return provider if why is None else replace(provider, unknown=True, hint=why)


def _why_hidden(variable: str, files: Sequence[Path]) -> str | None:
    """Return why a provider may assume another role than the plan shows, None if the files rule that out.

    Args:
        variable: The variable whose value the plan shows as the role; empty if it shows no role.
        files: The files of the root module.
    """
    if variable:
        built = (
            f"an expression builds its role from var.{one_line(variable)}; write role_arn = var.{one_line(variable)}"
        )
        return built if _is_built(variable, files) else None
    file = next((file for file in (*files, *_files_of_modules(files)) if _has_dynamic_role(file)), None)
    if file is None:
        return None
    return f"{one_line(file.name)} may assume a role in a dynamic block, which no plan shows; write it without dynamic"


def _is_built(variable: str, files: Sequence[Path]) -> bool:
    """Return whether a role may be built from a variable, and not just be its value."""
    roles = [
        _COMMENT.sub("", found[1]).rstrip(" \t]},") for file in files for found in _ROLE.finditer(program_text(file))
    ]
    plain = {f"var.{variable}", f'"${{var.{variable}}}"'}
    mentions = re.compile(rf"\bvar\.{re.escape(variable)}\b|{_GOES_ON}")
    return bool(roles) and (plain.isdisjoint(roles) or any(mentions.search(each) for each in {*roles} - plain))


def _files_of_modules(files: Sequence[Path]) -> Iterator[Path]:
    """Yield the files of the modules that a root module calls, as far as they are installed."""
    root = files[0].parent if files else Path()
    try:
        modules = json.loads(program_text(root / _MODULES) or "{}")["Modules"]
        folders = [root / str(module["Dir"]) for module in modules]
    except (ValueError, LookupError, TypeError):
        return
    for folder in folders:
        for pattern in _FILES:
            yield from sorted(folder.glob(pattern))


def _has_dynamic_role(file: Path) -> bool:
    text = program_text(file)
    return bool((_JSON_BLOCK if file.suffix == ".json" else _BLOCK).search(text))
