"""The files of a Pulumi program, as far as they are in the project's folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import yaml

from acctgate.plan.program_text import program_text
from acctgate.plan.project import PROJECT_FILES

SUFFIXES: Final = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".java", ".cs", ".go", ".py")
"""Of the files that are read, but for those in YAML."""
_YAML: Final = (*PROJECT_FILES, "Main.yaml", "Main.yml", "Main.json")
_TEST: Final = re.compile(r"_test\.(go|py)$|\.(test|spec)\.\w+$|^test_.*\.py$")
_NOT_PROGRAM: Final = frozenset(
    ("node_modules", "vendor", "bin", "obj", "build", "dist", "target", "sdks", "test", "tests", "__tests__")
)
"""Folders of what is installed, compiled, generated or only tested."""
_MOST_FILES: Final = 1_000
_RUNTIMES: Final = frozenset(("nodejs", "bun", "python", "go", "dotnet", "java", "yaml"))
_COMPILED: Final = frozenset(("binary", "compiler"))
"""Options of a runtime that name what has been made of the program, or what makes it."""
_UNKNOWN_LANGUAGES: Final = (".fs", ".vb", ".kt", ".scala", ".groovy", ".clj", ".jsx")
_IMPORTED: Final = re.compile(r"""\b(?:from|import|require)\s*\(?\s*["'`](\.[^"'`\n]*)""")
"""A file that a program in JavaScript or TypeScript imports by its path."""


class ProgramFiles:
    """The files of one program, which are read when they are first needed."""

    def __init__(self, folder: Path) -> None:
        """Take the project's folder. Nothing outside of it is read."""
        self._folder = folder

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The program's files by their path; none if there are too many."""
        found: dict[str, str] = {}
        for path in self._paths():
            if len(found) == _MOST_FILES:
                return {}
            found[path.relative_to(self._folder).as_posix()] = program_text(path)
        return found

    def _walk(self) -> Iterator[tuple[str, list[str], list[str]]]:
        """Yield the folders that may have files of the program, each with its folders and files."""
        for folder, folders, files in os.walk(self._folder):
            folders[:] = [name for name in folders if _is_program(Path(folder, name))]
            yield folder, folders, files

    def _paths(self) -> Iterator[Path]:
        for folder, _, files in self._walk():
            for path in (Path(folder, name) for name in files if not _TEST.search(name)):
                compiled = path.suffix == ".js" and path.with_suffix(".ts").name in files
                if path.suffix in SUFFIXES and not compiled:
                    yield path

    @cached_property
    def documents(self) -> Mapping[str, yaml.Node | None]:
        """The project's file, and the program if it is in YAML."""
        project = {name: _compose(program_text(self._folder / name)) for name in _YAML}
        main = {name: fields["main"] for name in _YAML if "main" in (fields := scalars(project[name]))}
        inside = [Path(each) for each in main.values() if not Path(each).is_absolute() and ".." not in Path(each).parts]
        names = [(folder / name).as_posix() for folder in inside for name in _YAML if folder.parts]
        return project | {name: _compose(program_text(self._folder / name)) for name in names}

    def whole_text(self) -> str:
        """Return all files of the program, without installed packages; empty if not all of them are found."""
        if self._is_elsewhere() or any(self._leads_out(*each) for each in self.texts.items()):
            return ""
        written = [each for each in self.documents.values() if any(key.value == "resources" for key, _ in pairs(each))]
        if "yaml" in self._runtimes and not written:
            return ""
        return "\n".join((*self.texts.values(), *map(yaml.serialize, written)))

    @cached_property
    def _runtimes(self) -> set[str]:
        """The languages that the project's file names, and options by which another file than the program's runs."""
        projects = (self.documents[name] for name in PROJECT_FILES)
        found = [value for project in projects for key, value in pairs(project) if key.value == "runtime"]
        options = (value for each in found for key, value in pairs(each) if key.value == "options")
        compiled = {key.value for each in options for key, _ in pairs(each)} & _COMPILED
        return {scalars(each).get("name", str(each.value)) for each in found} | compiled

    def _is_elsewhere(self) -> bool:
        """Return whether the program may be where its files are not read: behind a link, or in another language."""
        for folder, folders, files in self._walk():
            paths = [Path(folder, name) for name in files if Path(name).suffix in (*SUFFIXES, *_UNKNOWN_LANGUAGES)]
            if any(path.is_symlink() for path in (*paths, *(Path(folder, name) for name in folders))):
                return True
            if any(path.suffix in _UNKNOWN_LANGUAGES for path in paths):
                return True
        projects = (scalars(self.documents[name]) for name in PROJECT_FILES)
        mains = [self._folder / fields["main"] for fields in projects if "main" in fields]
        elsewhere = any(not self._is_read(Path(os.path.relpath(main, self._folder))) for main in mains)
        return elsewhere or not self._runtimes <= _RUNTIMES

    def _is_read(self, path: Path) -> bool:
        """Return whether what has this path in the project's folder belongs to what is read."""
        inside = (self._folder.joinpath(*path.parts[:number]) for number in range(1, len(path.parts) + 1))
        return os.pardir not in path.parts and all(map(_is_program, inside))

    def _leads_out(self, name: str, text: str) -> bool:
        """Return whether a file is not read, or imports such a file by its path."""
        if not text:
            return (self._folder / name).stat().st_size > 0
        paths = (os.path.normpath(Path(name).parent / found[1]) for found in _IMPORTED.finditer(text))
        return any(not self._is_read(Path(path)) for path in paths)


def _is_program(folder: Path) -> bool:
    """Return whether a folder may have files of the program: not a virtual environment, nor another project."""
    hidden = folder.name.startswith(".") or folder.name in _NOT_PROGRAM
    return not hidden and not any((folder / name).exists() for name in ("pyvenv.cfg", *PROJECT_FILES))


def _compose(text: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    return node


def pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Yield the keys of a mapping in YAML with their values, nothing if it is none."""
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))


def scalars(node: yaml.Node | None) -> dict[str, str]:
    """Return the texts in a mapping in YAML by their keys."""
    return {key.value: value.value for key, value in pairs(node) if isinstance(value, yaml.ScalarNode)}
