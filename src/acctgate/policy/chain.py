"""A policy file and everything that it extends: presets, other files, files in installed packages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from acctgate.log import trace
from acctgate.model.document_kind import wrong_kind
from acctgate.policy.module_code import ModuleCode, module_code
from acctgate.policy.rule_modules import ModuleError, load_rules
from acctgate.policy.source import MissingFileError, PolicyError, Source, read_source
from acctgate.redact import one_line
from acctgate.rules import BUILT_IN
from acctgate.rules.base import Rule
from acctgate.text import show

RulesById = Mapping[str, Rule[Any]]
"""Rule id → rule: those of acctgate, and those of the policy's own modules."""

PRESETS: Final = ("baseline", "strict")
_PRESET_FOLDER: Final = Path(__file__).parent / "presets"
_MAX_DEPTH: Final = 10
_PACKAGE_FILE: Final = re.compile(r"(?P<package>[A-Za-z_]\w+(\.[A-Za-z_]\w*)*):(?P<path>[^:\\]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chain:
    """The files that make up a policy, as they are written, and the rules that they can name."""

    sources: tuple[Source, ...]
    """The most basic first: a later file overrides an earlier one."""
    all_rules: RulesById
    modules: tuple[ModuleCode, ...] = ()
    """The code of the modules that the files name."""

    @property
    def file(self) -> Source:
        """The file that extends the others."""
        return self.sources[-1]


def read_chain(path: Path) -> Chain:
    """Read a policy file and everything that it extends, without validating it.

    Raises:
        PolicyError: One of the files, or a module of rules, cannot be read.
    """
    return _chain(read_source(path))


def read_preset(name: str) -> Chain:
    """Read a preset: baseline or strict."""
    return _chain(_preset(name))


def _chain(source: Source) -> Chain:
    sources = tuple(_Reader().expand(source, ()))
    return Chain(sources, *_all_rules(sources))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Follow `extends`. Each file is expanded once, so that diamonds cost nothing."""

    _expanded: dict[Path, tuple[Source, ...]] = field(default_factory=dict)

    def expand(self, source: Source, above: tuple[Path, ...]) -> tuple[Source, ...]:
        """Return what a file extends, then the file. Each counts once."""
        path = source.path.resolve()
        if path not in self._expanded:
            self._expanded[path] = (*self._bases(source, (*above, path)), source)
        return self._expanded[path]

    def _bases(self, source: Source, above: tuple[Path, ...]) -> Iterator[Source]:
        if not isinstance(source.data, dict):
            raise PolicyError(f"{source.name}:1: a policy is a mapping with a version, found {show(source.data)}")
        if problem := wrong_kind(source.data, "policy"):
            raise PolicyError(f"{source.name}:1: {problem}")
        bases: dict[Path, Source] = {}
        for name, place in _names(source):
            base = _find(source, name, place)
            path = base.path.resolve()
            if path in above:
                raise PolicyError(f"{place}: extends: {name} leads back to a file that extends it")
            if len(above) >= _MAX_DEPTH:
                raise PolicyError(f"{place}: extends: {name}: more than {_MAX_DEPTH} files extend each other")
            for each in self.expand(base, above):
                bases.setdefault(each.path.resolve(), each)
            # A file that the list names counts where it is named; what others bring along, where it comes first.
            bases[path] = bases.pop(path)
        yield from bases.values()


def _names(source: Source) -> Iterator[tuple[str, str]]:
    """Yield what a file extends, each with its place. Validation reports an entry that is not text."""
    extends = source.data.get("extends")
    for index, name in enumerate(extends if isinstance(extends, list) else [extends]):
        if isinstance(name, str) and name.strip():
            yield name, source.place(("extends", index) if isinstance(extends, list) else ("extends",))


def _find(source: Source, name: str, place: str) -> Source:
    if name in PRESETS:
        return _preset(name)
    if match := _PACKAGE_FILE.fullmatch(name):
        return read_source(_package_file(match["package"], match["path"], place), name)
    path = source.path.parent / name
    if not path.is_file():
        presets = " or ".join(PRESETS)
        raise MissingFileError(f"{place}: extends: {name} is neither a preset ({presets}) nor a file")
    # A file that a package's file extends belongs to the package, too.
    return read_source(path, f"{source.name.rpartition(':')[0]}:{path.name}" if source.foreign else None)


def _preset(name: str) -> Source:
    return read_source(_PRESET_FOLDER / f"{name}.yaml", name)


def _package_file(package: str, path: str, place: str) -> Path:
    """Return the path of a file in an installed package."""
    from importlib.resources import files  # noqa: PLC0415 - few policies extend a package's file

    try:
        folder = files(package)
    except ModuleNotFoundError:
        raise PolicyError(f"{place}: extends: the package {package} is not installed here") from None
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {one_line(error)}"
        raise PolicyError(f"{place}: extends: the package {package} cannot be imported: {reason}") from None
    file = Path(str(folder.joinpath(path)))
    if ".." in Path(path).parts or Path(path).is_absolute() or not file.is_file():
        raise PolicyError(f"{place}: extends: the package {package} has no file {path}")
    return file


def _all_rules(sources: tuple[Source, ...]) -> tuple[RulesById, tuple[ModuleCode, ...]]:
    """Return acctgate's rules and those of the modules that the files name, with the code of the modules."""
    all_rules, modules = dict(BUILT_IN), dict[str, ModuleCode]()
    for source in sources:
        names = source.data.get("rule_modules")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name.strip():  # validation reports anything else
                place = f"{source.place(('rule_modules', index))}: rule_modules[{index}]"
                rules = _load_module(name, source, place)
                _add_rules(all_rules, rules, place)
                code = module_code(name, source.path.parent.resolve(), tuple(rule.id for rule in rules))
                modules[name] = replace(code, files=(*modules[name].files, *code.files)) if name in modules else code
    return all_rules, tuple(modules.values())


def _load_module(name: str, source: Source, place: str) -> tuple[Rule[Any], ...]:
    try:
        return load_rules(name, source.path.parent.resolve())
    except ModuleError as error:
        trace(f"{place}: {name}", error.__cause__)
        missing = name.endswith(".py") and not (source.path.parent / name).is_file()
        raise (MissingFileError if missing else PolicyError)(f"{place}: {error}") from None


def _add_rules(all_rules: dict[str, Rule[Any]], rules: tuple[Rule[Any], ...], place: str) -> None:
    for rule in rules:
        if all_rules.setdefault(rule.id, rule) is not rule:
            raise PolicyError(f"{place}: {rule.id}: two modules have a rule of that id")
