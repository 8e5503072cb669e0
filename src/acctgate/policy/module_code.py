"""The source text of rule modules, with the modules beside them that they import and the files that they name.

A policy is only as strict as the code of its rules, so the code is part of what judged, and so is data that it reads.
Imports are followed as far as they are written as import statements, files as far as a text in the code is their path.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from acctgate.reading import text_or_empty
from acctgate.source_parsing import source_parsing

_LONGEST_PATH: Final = 200
"""Characters: longer texts are not tried as paths."""


@dataclass(frozen=True, slots=True)
class ModuleCode:
    """A rule module and its source text."""

    name: str
    """As the policy names it."""
    rules: tuple[str, ...]
    """The ids of its rules."""
    files: tuple[tuple[str, str], ...]
    """Path, relative to the module's folder, and text of each file, sorted by path."""


def module_code(name: str, folder: Path, rules: tuple[str, ...]) -> ModuleCode:
    """Return the code of a module that is loaded already.

    Args:
        name: The module's name, or its path where it ends in .py.
        folder: The folder of the policy file that names it.
        rules: The ids of its rules.
    """
    found: dict[Path, str] = {}
    if name.endswith(".py"):
        start = (folder / name).resolve()
        root = start.parent
        _follow(start, root, None, found)
    elif file := _file_of(name, folder):
        root = file.parents[len(name.split(".")) - (file.name != "__init__.py")]
        _follow(file, root, None if root == folder.resolve() else name.partition(".")[0], found)
    else:
        root = folder
    files = sorted((path.relative_to(root).as_posix(), text) for path, text in found.items())
    return ModuleCode(name, rules, tuple(files))


def _file_of(name: str, folder: Path) -> Path | None:
    beside = _resolve(name, folder.resolve())
    if beside is not None:
        return beside
    spec = find_spec(name)
    return Path(spec.origin).resolve() if spec is not None and spec.origin and spec.origin.endswith(".py") else None


def _follow(file: Path, root: Path, package: str | None, found: dict[Path, str]) -> None:
    """Add a file, and the files below the root that it imports; with a package, only those of the package."""
    found[file] = text = text_or_empty(file)
    names, files = _dependencies(text, file, root)
    found |= {path: text_or_empty(path) for path in files if path not in found}
    for name in names:
        if package is not None and name.partition(".")[0] != package:
            continue
        for part in _prefixes(name):
            path = _resolve(part, root)
            if path is not None and path not in found:
                _follow(path, root, package, found)


def _dependencies(text: str, file: Path, root: Path) -> tuple[list[str], list[Path]]:
    """Return the names of the modules that a file imports, and the files that it names; none if it is not Python."""
    try:
        with source_parsing():
            tree = ast.parse(text)
        return list(_imports(tree, file, root)), list(_named_files(tree, file, root))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [], []


def _named_files(tree: ast.AST, file: Path, root: Path) -> Iterator[Path]:
    """Yield the files below the root whose path, from the module's folder on, is a text in the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _LONGEST_PATH > len(node.value) > 0:
            path = Path(os.path.realpath(file.parent / node.value.replace("\0", "")))
            if path.is_relative_to(root) and path.is_file():
                yield path


def _imports(tree: ast.AST, file: Path, root: Path) -> Iterator[str]:
    parts = file.relative_to(root).parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*parts[: len(parts) - node.level + 1]] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" if module else alias.name for alias in node.names)


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _resolve(name: str, root: Path) -> Path | None:
    """Return the file of a module below the root, None if it is not there."""
    beside = root.joinpath(*name.split("."))
    for path in (beside.with_suffix(".py"), beside / "__init__.py"):
        if path.is_file():
            return path.resolve() if path.resolve().is_relative_to(root) else None
    return None
