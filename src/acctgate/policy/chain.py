"""A policy file and all that it extends: presets, other files, files in installed packages, or a list of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from acctgate.policy.rule_modules import ModuleError, load_rules
from acctgate.policy.source import PolicyError, Source, read_source
from acctgate.policy.validate import BUILT_IN, Fault, Known, faults
from acctgate.redact import one_line
from acctgate.rules.base import Rule
from acctgate.text import show

PRESETS: Final = ("baseline", "strict")
_PRESET_FOLDER: Final = Path(__file__).parent / "presets"
_DEEPEST: Final = 10
_IN_A_PACKAGE: Final = re.compile(r"(?P<package>[A-Za-z_]\w+(\.[A-Za-z_]\w*)*):(?P<path>[^:\\]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chain:
    """The files that make up a policy, each right in itself."""

    sources: tuple[Source, ...]
    """The most basic first: what a later one says takes the place of what an earlier one said."""
    known: Known
    """The rules that they can name."""

    @property
    def file(self) -> Source:
        """The file itself, that extends the others."""
        return self.sources[-1]


def read_chain(path: Path) -> Chain:
    """A policy file and what it extends.

    Raises:
        PolicyError: One of the files cannot be used.
    """
    return _checked(read_unchecked(path))


def read_preset(name: str) -> Chain:
    """A preset: baseline or strict."""
    return _checked(_chain([_preset(name)]))


def read_unchecked(path: Path) -> Chain:
    """The same, whatever is wrong in the files: see `chain_faults`.

    Raises:
        PolicyError: One of the files, or a module of rules, cannot be read.
    """
    return _chain(_extended(read_source(path), ()))


def chain_faults(chain: Chain) -> list[tuple[Source, list[Fault]]]:
    """What is wrong in each file by itself, the one that extends the others first. What a file may leave out is not."""
    found = [(source, faults(source.data, chain.known)) for source in reversed(chain.sources)]
    told = [(source, [fault for fault in each if not fault.missing_parameter]) for source, each in found]
    return [(source, each) for source, each in told if each]


def _chain(sources: list[Source]) -> Chain:
    return Chain(tuple(sources), _known(sources))


def _checked(chain: Chain) -> Chain:
    for source, found in chain_faults(chain):
        raise fault_error(source, found)
    return chain


def fault_error(source: Source, found: list[Fault]) -> PolicyError:
    """The first of the faults in one line, and how many more there are."""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return PolicyError(f"{source.place(found[0].keys)}: {found[0].message}{more}")


def _extended(source: Source, above: tuple[Path, ...]) -> list[Source]:
    """What a file extends, then the file. Each counts once."""
    if not isinstance(source.data, dict):
        raise PolicyError(f"{source.name}:1: a policy is a mapping with a version, found {show(source.data)}")
    above = (*above, source.path.resolve())
    chain: dict[Path, Source] = {}
    extends: Any = source.data.get("extends")
    several = isinstance(extends, list)
    for index, name in enumerate(extends if several else [extends]):
        if not isinstance(name, str) or not name.strip():
            continue  # its model says what is wrong with it
        place = source.place(("extends", index) if several else ("extends",))
        base = _find(source, name, place)
        if base.path.resolve() in above or len(above) >= _DEEPEST:
            raise PolicyError(f"{place}: extends: {name} leads back to a file that extends it")
        for each in _extended(base, above):
            chain.setdefault(each.path.resolve(), each)
        # What is named itself counts where it is named; what others bring along, where it comes first.
        chain[base.path.resolve()] = chain.pop(base.path.resolve())
    return [*chain.values(), source]


def _find(source: Source, name: str, place: str) -> Source:
    if name in PRESETS:
        return _preset(name)
    if match := _IN_A_PACKAGE.fullmatch(name):
        return read_source(_in_package(match["package"], match["path"], place), name)
    path = source.path.parent / name
    if not path.is_file():
        presets = " or ".join(PRESETS)
        raise PolicyError(f"{place}: extends: {name} is neither a preset ({presets}) nor a file")
    # What a package's file extends beside itself is as foreign as itself.
    return read_source(path, f"{source.name.rpartition(':')[0]}:{path.name}" if source.foreign else None)


def _preset(name: str) -> Source:
    return read_source(_PRESET_FOLDER / f"{name}.yaml", name)


def _in_package(package: str, path: str, place: str) -> Path:
    """A file that an installed package brings along."""
    try:
        folder = files(package)
    except ModuleNotFoundError:
        raise PolicyError(f"{place}: extends: the package {package} is not installed here") from None
    except (Exception, SystemExit) as error:
        told = f"{type(error).__name__}: {one_line(error)}"
        raise PolicyError(f"{place}: extends: the package {package} cannot be imported: {told}") from None
    file = Path(str(folder.joinpath(path)))
    if ".." in Path(path).parts or Path(path).is_absolute() or not file.is_file():
        raise PolicyError(f"{place}: extends: the package {package} has no file {path}")
    return file


def _known(sources: list[Source]) -> Known:
    """acctgate's rules, and those of the modules that the files name."""
    known = dict(BUILT_IN)
    for source in sources:
        names = source.data.get("rule_modules")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name.strip():  # else its model says what is wrong with it
                place = f"{source.place(('rule_modules', index))}: rule_modules[{index}]"
                _add(known, _rules(name, source, place), place)
    return known


def _rules(name: str, source: Source, place: str) -> tuple[Rule[Any], ...]:
    try:
        return load_rules(name, source.path.parent.resolve())
    except ModuleError as error:
        from acctgate.log import trace

        trace(f"{place}: {name}", error.__cause__)
        raise PolicyError(f"{place}: {error}") from None


def _add(known: dict[str, Rule[Any]], rules: tuple[Rule[Any], ...], place: str) -> None:
    for rule in rules:
        if known.setdefault(rule.id, rule) is not rule:
            raise PolicyError(f"{place}: {rule.id}: two modules have a rule of that id")
