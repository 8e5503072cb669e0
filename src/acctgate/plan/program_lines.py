"""Find the lines of a Pulumi program that declare its resources, for engines and languages that do not report them.

The engine does not show policies where a resource is declared, and the SDKs of Java, .NET and YAML do not report it at
all. So a resource is looked for by its class and its name in the text of the program. No line is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acctgate.model.outcome import Place
from acctgate.model.planned_resource import resource_name
from acctgate.plan.program_files import ProgramFiles, pairs, scalars
from acctgate.plan.program_text import line_at
from acctgate.plan.resource_types import resource_type

_NEW: Final = r"\bnew\s+(?:[\w.]+\.)?{name}\s*\(\s*"
"""What comes before the resource's name: a call of the constructor of the class `name`."""
_CALLS: Final = {".go": r"\bNew{name}\(\s*\w+\s*,\s*", ".py": r"\b{name}\(\s*"}
"""The same in other languages, by the file's suffix."""
_COMMENT: Final = ("//", "#", "*", "/*")
_LITERAL: Final = re.compile(r"""(["'`])([^"'`\\\n$]+)\1\s*[,)]""")


@dataclass(frozen=True, slots=True)
class _Call:
    """A call in the program that constructs a resource."""

    place: Place
    name: str | None
    """The resource's name, None if the program computes it."""
    text: str
    """The file."""


class ProgramLines:
    """The lines of one program. Their files are relative to the project's folder."""

    def __init__(self, program: ProgramFiles) -> None:
        self._program = program
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

    def _calls_of(self, class_name: str) -> list[_Call]:
        """Return the calls that construct a resource of a class. They are cached: a program may declare many."""
        if class_name not in self._by_class:
            self._by_class[class_name] = [*self._calls(class_name), *self._yaml_resources(class_name)]
        return self._by_class[class_name]

    def _calls(self, class_name: str) -> Iterator[_Call]:
        for file, text in self._program.texts.items():
            before = re.compile(_CALLS.get(Path(file).suffix, _NEW).format(name=re.escape(class_name)))
            for found in before.finditer(text) if class_name in text else ():
                line = line_at(text, found.start())
                if text[text.rfind("\n", 0, found.start()) + 1 :].lstrip().startswith(_COMMENT):
                    continue
                literal = _LITERAL.match(text, found.end())
                if literal or not file.endswith(".py"):  # a data source of acctgate has a class of the same name
                    yield _Call(Place(file, line), literal[2] if literal else None, text)

    def _yaml_resources(self, class_name: str) -> Iterator[_Call]:
        for file, document in self._program.documents.items():
            for section, resources in pairs(document):
                for key, value in pairs(resources) if section.value == "resources" else ():
                    fields = scalars(value)
                    if fields.get("type", "").rsplit(":", 1)[-1] == class_name:
                        yield _Call(Place(file, key.start_mark.line + 1), fields.get("name", key.value), "")


def _may_be_in(urn: str, call: _Call) -> bool:
    """Return whether a call may construct a resource: one in a component only if its file defines the component."""
    *components, _ = urn.split("::")[2].split("$")
    return not components or re.search(rf"""(["'`]){re.escape(components[-1])}\1""", call.text) is not None
