"""Find out whether a provider of Terraform may assume another role than the plan shows.

`show -json` leaves out the dynamic blocks of a provider. Of an expression it names only the variables in it: the role
in the variable may be what the expression builds another role from. So the files of the program must rule both out.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

from acctgate.model.other_change import Planned
from acctgate.model.provider import Provider
from acctgate.reading import SourceError, read_bytes
from acctgate.redact import one_line

_FILES: Final = ("[!.]*.tf", "[!.]*.tofu", "[!.]*.tf.json", "[!.]*.tofu.json")
_LARGEST: Final = 1 << 20
"""Bytes. A larger file is not searched, so it may hide a role."""
_DATA: Final = ".terraform"
"""Where Terraform keeps what it installs, unless TF_DATA_DIR names another folder."""
_MODULES: Final = Path("modules", "modules.json")
"""Where it lists there the folders of the modules that it has installed, local ones among them."""
_COMMENTED: Final = ("#", "//")
_DYNAMIC_KEY: Final = re.compile(r'"dynamic"\s*:')
_ROLE: Final = re.compile(r'^(?![ \t]*(?:#|//)).*?\brole_arn"?[ \t]*[=:][ \t]*(.*)', re.MULTILINE)
_COMMENT: Final = re.compile(r"\s(#|//).*")
_LITERAL: Final = re.compile(r'"[^"$%]*"')
_BRACKETS: Final = ("()", "[]", "{}")


def with_hidden_roles(planned: Sequence[Planned], folders: Iterable[Path]) -> list[Planned]:
    """Return the changes; a provider of Terraform is unknown if the program may give it a role that is not shown.

    Args:
        planned: The changes.
        folders: Where the program may be. The first one with files of Terraform has it.
    """
    files = next(filter(None, map(_files_in, folders)), [])
    modules = {**_modules(files[0].parent), **_local(planned, files[0].parent)} if files else {}
    reason = cache(lambda variable, module: _why_hidden(variable, module, files, modules))
    return [
        replace(each, provider=_hidden(each.provider, reason(each.provider.role_variable, each.provider.module)))
        if not each.is_pulumi and (each.provider.role_arn is None or each.provider.role_variable)
        else each
        for each in planned
    ]


def _hidden(provider: Provider, why: str | None) -> Provider:
    return provider if why is None else replace(provider, unknown=True, hint=why)


def _why_hidden(variable: str, module: str, files: Sequence[Path], modules: Mapping[str, Sequence[Path]]) -> str | None:
    """Return why a provider may assume another role than the plan shows, None if the files rule that out.

    Args:
        variable: The variable whose value the plan shows as the role; empty if it shows no role.
        module: The module that configures the provider; empty for the root module.
        files: The files of the root module.
        modules: The files of each module that is installed, or called by its path.
    """
    if module and not modules.get(module):
        why = f"the module {one_line(module)}, which may assume another role than the plan shows, is not found"
        return f"{why}; judge the plan in the folder that it was made in, with the same TF_DATA_DIR"
    searched = files if variable else (*files, *chain.from_iterable(modules.values()))
    texts = {file: _text(file) for file in searched}
    for file, text in texts.items():
        if text is None:
            return f"{one_line(file.name)}, which may assume another role than the plan shows, cannot be read"
        if not variable and _has_dynamic_role(text, is_json=file.suffix == ".json"):
            name = one_line(file.name)
            return f"{name} may assume a role in a dynamic block, which no plan shows; write it without dynamic"
    if variable and _is_built(variable, [text or "" for text in texts.values()]):
        name = f"var.{one_line(variable)}"
        return f"an expression builds its role from {name}; write role_arn = {name}"
    return None


def _has_dynamic_role(text: str, *, is_json: bool) -> bool:
    """Return whether a dynamic block of a file may assume a role."""
    if is_json:
        found = _DYNAMIC_KEY.search(text)
        return found is not None and '"assume_role' in text[found.end() :]
    lines = (line for line in text.split("\n") if not line.lstrip().startswith(_COMMENTED))
    return any("assume_role" in line.partition("dynamic")[2] for line in lines)


def _is_built(variable: str, texts: Iterable[str]) -> bool:
    """Return whether a role may be built from a variable, and not just be its value."""
    roles = [_COMMENT.sub("", found[1]) for text in texts for found in _ROLE.finditer(text)]
    plain = (f"var.{variable}", f'"${{var.{variable}}}"')
    others = [each for each in roles if each.rstrip(" \t\r]},") not in plain]
    mentions = re.compile(rf"\bvar\.{re.escape(variable)}\b")
    return bool(others) and (others == roles or any(mentions.search(each) or _may_go_on(each) for each in others))


def _may_go_on(expression: str) -> bool:
    """Return whether the expression that a line begins may go on in the next one."""
    code = _LITERAL.sub('""', expression).strip()
    return not code or "<<" in code or any(code.count(opened) > code.count(closed) for opened, closed in _BRACKETS)


def _modules(root: Path) -> dict[str, list[Path]]:
    """Return the files of each module that a root module calls, as far as they are installed."""
    data = root / (os.environ.get("TF_DATA_DIR") or _DATA)
    try:
        modules = json.loads(_text(data / _MODULES) or "{}")["Modules"]
        return {str(module["Key"]): _files_in(root / str(module["Dir"])) for module in modules}
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}


def _local(planned: Iterable[Planned], root: Path) -> dict[str, list[Path]]:
    """Return the files of the modules that configure providers, and that are called by their path."""
    providers = (each.provider for each in planned)
    return {each.module: _files_in(root / each.module_folder) for each in providers if each.module_folder is not None}


def _files_in(folder: Path) -> list[Path]:
    """Return the files of Terraform in a folder, none if it is not there."""
    try:
        return [file for pattern in _FILES for file in sorted(folder.glob(pattern))]
    except OSError:  # such as a name that is too long
        return []


def _text(file: Path) -> str | None:
    """Return the text of a file, None if it cannot be read. Terraform follows links, and takes no folder for a file."""
    try:
        data = read_bytes(str(file), _LARGEST) if file.is_file() else b""
    except (OSError, SourceError):
        return None
    return data.decode("utf-8", errors="replace") if len(data) <= _LARGEST else None
