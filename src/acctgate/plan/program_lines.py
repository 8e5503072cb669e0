"""Find the lines of a Pulumi program that declare its resources, for engines and languages that do not report them.

The engine does not show policies where a resource is declared, and the SDKs of Java, .NET and YAML do not report it at
all. So a resource is looked for by its class and its name in the text of the program. No line is guessed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import yaml

from acctgate.model.outcome import Place
from acctgate.model.planned_resource import resource_name
from acctgate.plan.program_text import line_at, program_text
from acctgate.plan.project import PROJECT_FILES
from acctgate.plan.resource_types import resource_type

_NEW: Final = r"\bnew\s+(?:[\w.]+\.)?{name}\s*\(\s*"
_CALLS: Final[Mapping[str, str]] = {
    **dict.fromkeys((".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".java", ".cs"), _NEW),
    ".go": r"\bNew{name}\(\s*\w+\s*,\s*",
    ".py": r"\b{name}\(\s*",
}
"""What comes before the resource's name, by the file's suffix: a call of the constructor of the class `name`."""
_COMMENT: Final = ("//", "#", "*", "/*")
_YAML: Final = (*PROJECT_FILES, "Main.yaml", "Main.yml", "Main.json")
_LITERAL: Final = re.compile(r"""(["'`])([^"'`\\\n$]+)\1\s*[,)]""")
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


@dataclass(frozen=True, slots=True)
class _Call:
    """A call in the program that constructs a resource."""

    place: Place
    name: str | None
    """The resource's name, None if the program computes it."""
    text: str
    """The file."""


class ProgramLines:
    """The lines of one program. Its files are read when they are first needed."""

    def __init__(self, folder: Path) -> None:
        """Take the project's folder, which the files in places are relative to. Nothing outside of it is read."""
        self._folder = folder
        self._by_class: dict[str, list[_Call]] = {}

    def find(self, urn: str) -> Place | None:
        """Return the line that declares a resource, None unless it is the only candidate.

        Candidates are the calls with the resource's name. If there is none, the only call of the class counts if it
        computes its name, and for a resource in a component, if its file defines the component.
        """
        class_name, name = resource_type(urn).rsplit(":", 1)[-1], resource_name(urn)
        calls = self._calls_of(class_name)
        named = [call for call in calls if call.name == name]
        if not named and len(calls) == 1 and calls[0].name is None and _may_be_in(urn, calls[0]):
            named = calls
        return named[0].place if len(named) == 1 else None

    @property
    def text(self) -> str:
        """All files of the program, empty if not all of them are found. Installed packages are not among them."""
        if self._is_elsewhere() or any(self._leads_out(*each) for each in self._files.items()):
            return ""
        documents = self._yaml_documents.values()
        written = [each for each in documents if any(key.value == "resources" for key, _ in _pairs(each))]
        if "yaml" in self._runtimes and not written:
            return ""
        return "\n".join((*self._files.values(), *map(yaml.serialize, written)))

    @cached_property
    def _runtimes(self) -> set[str]:
        """The languages that the project's file names, and options by which another file than the program's runs."""
        projects = (self._yaml_documents[name] for name in PROJECT_FILES)
        found = [value for project in projects for key, value in _pairs(project) if key.value == "runtime"]
        options = (value for each in found for key, value in _pairs(each) if key.value == "options")
        compiled = {key.value for each in options for key, _ in _pairs(each)} & _COMPILED
        return {_scalars(each).get("name", str(each.value)) for each in found} | compiled

    def _is_elsewhere(self) -> bool:
        """Return whether the program may be where its files are not read: behind a link, or in another language."""
        for folder, folders, files in self._walk():
            paths = [Path(folder, name) for name in files if Path(name).suffix in (*_CALLS, *_UNKNOWN_LANGUAGES)]
            if any(path.is_symlink() for path in (*paths, *(Path(folder, name) for name in folders))):
                return True
            if any(path.suffix in _UNKNOWN_LANGUAGES for path in paths):
                return True
        projects = (_scalars(self._yaml_documents[name]) for name in PROJECT_FILES)
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

    def _calls_of(self, class_name: str) -> list[_Call]:
        """Return the calls that construct a resource of a class. They are cached: a program may declare many."""
        if class_name not in self._by_class:
            self._by_class[class_name] = [*self._calls(class_name), *self._yaml_resources(class_name)]
        return self._by_class[class_name]

    def _calls(self, class_name: str) -> Iterator[_Call]:
        for file, text in self._files.items():
            before = re.compile(_CALLS[Path(file).suffix].format(name=re.escape(class_name)))
            for found in before.finditer(text) if class_name in text else ():
                line = line_at(text, found.start())
                if text[text.rfind("\n", 0, found.start()) + 1 :].lstrip().startswith(_COMMENT):
                    continue
                literal = _LITERAL.match(text, found.end())
                if literal or not file.endswith(".py"):  # a data source of acctgate has a class of the same name
                    yield _Call(Place(file, line), literal[2] if literal else None, text)

    def _yaml_resources(self, class_name: str) -> Iterator[_Call]:
        for file, document in self._yaml_documents.items():
            for section, resources in _pairs(document):
                for key, value in _pairs(resources) if section.value == "resources" else ():
                    fields = _scalars(value)
                    if fields.get("type", "").rsplit(":", 1)[-1] == class_name:
                        yield _Call(Place(file, key.start_mark.line + 1), fields.get("name", key.value), "")

    @cached_property
    def _files(self) -> Mapping[str, str]:
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
                if path.suffix in _CALLS and not compiled:
                    yield path

    @cached_property
    def _yaml_documents(self) -> Mapping[str, yaml.Node | None]:
        """The project's file, and the program if it is in YAML."""
        project = {name: _compose(program_text(self._folder / name)) for name in _YAML}
        main = {name: fields["main"] for name in _YAML if "main" in (fields := _scalars(project[name]))}
        inside = [Path(each) for each in main.values() if not Path(each).is_absolute() and ".." not in Path(each).parts]
        names = [(folder / name).as_posix() for folder in inside for name in _YAML if folder.parts]
        return project | {name: _compose(program_text(self._folder / name)) for name in names}


def _may_be_in(urn: str, call: _Call) -> bool:
    """Return whether a call may construct a resource: one in a component only if its file defines the component."""
    *components, _ = urn.split("::")[2].split("$")
    return not components or re.search(rf"""(["'`]){re.escape(components[-1])}\1""", call.text) is not None


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


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))


def _scalars(node: yaml.Node | None) -> dict[str, str]:
    return {key.value: value.value for key, value in _pairs(node) if isinstance(value, yaml.ScalarNode)}
