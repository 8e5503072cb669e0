"""From a policy file, and what it extends, to a policy that can be evaluated."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from acctgate.policy.model import AccountEntry, Policy, PolicyFile, Waiver
from acctgate.policy.source import PolicyError, Source, read_source
from acctgate.rules import RULES
from acctgate.rules.base import Rule, RuleEntry
from acctgate.snapshot import dotted, expectation, show

PRESETS: Final = ("baseline", "strict")
_DEEPEST: Final = 10
_RULES: Final = {rule.id: rule for rule in RULES}
Keys = tuple[str | int, ...]


def load_policy(path: Path) -> Policy:
    """The policy in a file, with what it extends.

    Raises:
        PolicyError: A file of the chain cannot be used.
    """
    return _policy(_chain(read_source(path), path))


def load_preset(name: str) -> Policy:
    """The preset of that name: baseline or strict."""
    return _policy([_preset(name)])


def _preset(name: str) -> Source:
    with as_file(files("acctgate.policy") / "presets" / f"{name}.yaml") as path:
        return read_source(path, name)


def _chain(source: Source, path: Path) -> list[Source]:
    """The file and what it extends, the most basic first."""
    chain = [source]
    seen = {path.resolve()}
    while extends := _checked(source).extends:
        place = source.place(("extends",))
        if extends in PRESETS:
            return [_preset(extends), *chain]
        path = path.parent / extends
        if not path.is_file():
            presets = " or ".join(PRESETS)
            raise PolicyError(f"{place}: extends: {extends} is neither a preset ({presets}) nor a file")
        if path.resolve() in seen or len(seen) >= _DEEPEST:
            raise PolicyError(f"{place}: extends: {extends} leads back to a file that extends it")
        seen.add(path.resolve())
        source = read_source(path)
        chain.insert(0, source)
    return chain


def _checked(source: Source) -> PolicyFile:
    """The file by itself. A missing parameter is no error yet: what it extends may have it."""
    if not isinstance(source.data, dict):
        raise PolicyError(f"{source.name}:1: a policy is a mapping with a version, found {show(source.data)}")
    try:
        return PolicyFile.model_validate(source.data)
    except ValidationError as error:
        items = [item for item in error.errors(include_url=False) if not _is_missing_parameter(item)]
        if items:
            raise _error(source, items) from None
    kept = {key: value for key, value in source.data.items() if key != "rules"}
    return PolicyFile.model_validate(kept)


def _is_missing_parameter(item: Any) -> bool:
    return bool(item["type"] == "missing" and item["loc"][0] == "rules")


def _policy(chain: list[Source]) -> Policy:
    merged: dict[str, dict[str, Any]] = {}
    waivers: list[Waiver] = []
    accounts: dict[str, AccountEntry] = {}
    for source in chain:
        parsed = _checked(source)
        waivers += parsed.waivers
        accounts |= parsed.accounts
        for rule_id, entry in (source.data.get("rules") or {}).items():
            merged.setdefault(rule_id, {}).update(entry or {})
    entries = {rule.id: _entry(rule, merged.get(rule.id), chain) for rule in RULES}
    return Policy(entries, tuple(waivers), accounts, chain[-1].name)


def _entry(rule: Rule[Any], values: dict[str, Any] | None, chain: list[Source]) -> RuleEntry:
    try:
        return complete_entry(rule, values)
    except ValidationError as error:
        last = next(s for s in reversed(chain) if rule.id in (s.data.get("rules") or {}))
        items = [{**item, "loc": ("rules", rule.id, *item["loc"])} for item in error.errors(include_url=False)]
        raise _error(last, items) from None


def complete_entry(rule: Rule[Any], values: dict[str, Any] | None) -> RuleEntry:
    """A rule's level and parameters. A rule that nobody names is disabled, one without a level mandatory.

    Raises:
        pydantic.ValidationError: A required parameter is missing or a value is wrong.
    """
    if values is None:
        return RuleEntry(level="disabled")
    level = values.get("level") or "mandatory"
    try:
        entry: RuleEntry = rule.parameters.model_validate({**values, "level": level})
    except ValidationError as error:
        if level == "disabled" and all(item["type"] == "missing" for item in error.errors()):
            return RuleEntry(level="disabled")
        raise
    return entry


def _error(source: Source, items: list[Any]) -> PolicyError:
    item = items[0]
    more = f" (and {len(items) - 1} more)" if len(items) > 1 else ""
    return PolicyError(f"{source.place(item['loc'])}: {_explain(item)}{more}")


def _explain(item: Any) -> str:
    """What is wrong, and what was expected."""
    keys: Keys = item["loc"]
    where = dotted(keys)
    match item["type"]:
        case "extra_forbidden" if keys[0] == "rules" and len(keys) == 2:
            return f"{where}: unknown rule{_near(str(keys[1]), list(_RULES))}; `acctgate rules` lists them"
        case "extra_forbidden" if keys[0] == "rules":
            takes = ", ".join(_RULES[str(keys[1])].parameters.model_fields)
            return f"{where}: unknown parameter; {keys[1]} takes {takes}"
        case "extra_forbidden":
            return f"{where}: unknown key"
        case "missing" if keys == ("version",):
            return "version is missing; write version: 1"
        case "missing" if keys[0] == "rules":
            return f"{where}: required parameter is missing"
        case "missing":
            return f"{where}: is missing"
        case _ if keys[-1] == "[key]":
            return f"{keys[0]}.{keys[1]}: the id of an account is text; put it in quotes"
        case "value_error":
            return f"{where}: {item['ctx']['error']}, found {show(item['input'])}"
    return f"{where}: {expectation(item['msg'])}, found {show(item['input'])}"


def _near(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f", did you mean {close[0]}?" if close else ""
