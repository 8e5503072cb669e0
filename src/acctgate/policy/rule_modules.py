"""The user's own rules: Python modules that a policy names under `rule_modules`.

A module has `RULES`, a tuple of rules like acctgate's (`acctgate.rules.base`), or one `RULE`. A policy names it as
Python imports it (`acme_rules.network`), or by its path, relative to the policy file (`./rules.py`). Modules beside
the policy file can be imported, too. Such a module is code and runs with acctgate's privileges.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn, get_args

from acctgate.model.outcome import SEVERITIES, Level
from acctgate.redact import one_line
from acctgate.rules import BUILT_IN
from acctgate.rules.base import Behind, Rule, SettingRule

_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RESERVED: Final = {
    "account": "the policy pack has a policy of that name",
    "all": "in Pulumi it means all policies",
    "policy": "acctgate test has examples of the whole policy in that folder",
}
_RESERVED_END: Final = "-advisory"

_ENDS_PROCESS: Final = ("_exit", "execv", "execve", "abort")
_PROCESS_MODULES: Final = tuple(sys.modules[name] for name in ("os", "posix", "nt") if name in sys.modules)


class ModuleError(ValueError):
    """A rule module cannot be used. The text is one line."""


@cache
def load_rules(name: str, folder: Path) -> tuple[Rule[Any], ...]:
    """Return the rules of a module.

    Args:
        name: The module's name, or its path where it ends in .py.
        folder: The folder of the policy file that names it.

    Raises:
        ModuleError: It cannot be imported, or it has no valid rules.
    """
    if name.endswith(".py") and not (folder / name).is_file():
        raise ModuleError(f"{name}: no such file")
    try:
        with own_code():
            module = _from_file((folder / name).resolve()) if name.endswith(".py") else _by_name(name, folder)
    except ModuleError:
        raise
    except (Exception, SystemExit) as error:
        raise ModuleError(f"{name} cannot be imported: {type(error).__name__}: {one_line(error)}") from error
    rules = getattr(module, "RULES", None)
    if rules is None and hasattr(module, "RULE"):
        rules = (module.RULE,)
    if not isinstance(rules, (tuple, list)) or not rules:
        raise ModuleError(f"{name} has no rules; a module has RULES, a tuple of rules, or one RULE")
    for rule in rules:
        if fault := _fault(rule):
            raise ModuleError(f"{name}: {fault}")
        _guard(rule)
    return tuple(rules)


class ProcessExitError(Exception):
    """A rule module tried to end the process, perhaps with exit status 0, which would mean a pass."""


@contextmanager
def own_code() -> Iterator[None]:
    """Run code of a rule module: its prints go to standard error, and it cannot end or replace the process.

    This guards against accidents and simple tricks. A rule module is code, and runs with the caller's permissions.
    """
    saved = {(module, name): getattr(module, name) for module in _PROCESS_MODULES for name in _ENDS_PROCESS}
    for module, name in saved:
        setattr(module, name, _refuse)
    try:
        with redirect_stdout(sys.stderr):  # standard output is for the report
            yield
    finally:
        for (module, name), function in saved.items():
            setattr(module, name, function)


def _refuse(*arguments: object) -> NoReturn:
    raise ProcessExitError("a rule must not end the process")


@dataclass(frozen=True, slots=True)
class _OwnFunction:
    """A function of a rule module, which always runs as `own_code`.

    It gets copies of what it could change: nothing that it does to them counts for other rules or accounts.
    """

    function: Callable[..., Any]

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Call the function. A generator runs to its end here."""
        copies, named_copies = deepcopy((given, named))
        with own_code():
            found = self.function(*copies, **named_copies)
            return list(found) if isinstance(found, Iterator) else found


def _guard(rule: Rule[Any]) -> None:
    """Make the functions of a rule run as `own_code`: what it expects, the faults of its parameters, its orders."""
    known = fields(SettingRule if isinstance(rule, SettingRule) else Rule)  # not those of a class of the user's own
    for name in (each.name for each in known if each.name != "parameters"):
        object.__setattr__(rule, name, _guarded(getattr(rule, name)))


def _guarded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _guarded(each) for key, each in value.items()}
    if isinstance(value, Behind):
        return replace(value, share=_guarded(value.share), count=_guarded(value.count))
    return _OwnFunction(value) if callable(value) and not isinstance(value, _OwnFunction) else value


@cache
def _from_file(path: Path) -> ModuleType:
    """Load the module in a file, once for all policies that name it."""
    name = f"acctgate_rules_{sha256(str(path).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ModuleError(f"{path}: not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # the types of its parameters are looked up there
    with _importable(path.parent):
        spec.loader.exec_module(module)
    return module


def _by_name(name: str, folder: Path) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise ModuleError(f"{name} is neither the name of a module nor a path that ends in .py")
    with _importable(folder):
        module = importlib.import_module(name)
    beside = folder.joinpath(*name.split("."))
    exists = beside.with_suffix(".py").is_file() or (beside / "__init__.py").is_file()
    if exists and not Path(module.__file__ or "").resolve().is_relative_to(folder.resolve()):
        raise ModuleError(f"{name}: another module has that name; use the path of the one beside the policy")
    return module


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Make a folder importable after everything installed, so that it cannot shadow a package."""
    place = str(folder.resolve())
    sys.path.append(place)
    try:
        yield
    finally:
        sys.path.remove(place)


def _fault(rule: Any) -> str | None:
    """Return why an object is not a valid rule, None if it is one."""
    if not isinstance(rule, Rule):
        return f"{type(rule).__name__} is not a rule; build one with acctgate.rules.base.SettingRule"
    if not _ID.fullmatch(str(rule.id)):
        return f"{one_line(rule.id)!r} is not a rule id; use lower-case words joined by dashes"
    if rule.id in BUILT_IN:
        return f"{rule.id} is a rule of acctgate; choose another id"
    if reason := _reserved(rule.id):
        return f"{rule.id} is a reserved id: {reason}; choose another id"
    for name in ("title", "doc", "remediation", "setting"):
        value = getattr(rule, name)
        if not isinstance(value, str) or not value.strip():
            return f"{rule.id}: {name} should be text"
    if rule.severity not in SEVERITIES:
        return f"{rule.id}: severity should be one of {', '.join(SEVERITIES)}"
    if type(rule).judgements is Rule.judgements:
        return f"{rule.id}: has no judge function"
    return _parameters_fault(rule)


def _reserved(rule_id: str) -> str | None:
    """Return what else an id means, None if it is free."""
    if rule_id.endswith(_RESERVED_END):
        return f"the policy pack has policies whose names end in {_RESERVED_END}"
    return _RESERVED.get(rule_id)


def _parameters_fault(rule: Rule[Any]) -> str | None:
    try:
        keys = rule.entry_schema["properties"]
    except Exception as error:  # pydantic's own errors have a message, followed by a URL
        reason = one_line(getattr(error, "message", error))
        return f"{rule.id}: its parameters are not a model: {type(error).__name__}: {reason}"
    closed = rule.entry_schema.get("additionalProperties") is False
    if keys.get("level", {}).get("enum") != list(get_args(Level)) or not closed:
        return f"{rule.id}: its parameters should extend RuleEntry and be decorated with @entry"
    if keys.get("severity", {}).get("enum") != list(SEVERITIES):
        return f"{rule.id}: its parameters redefine severity, which every rule has; choose another name"
    return None
