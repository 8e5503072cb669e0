"""From a policy file, and what it extends, to a policy that can be evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from pydantic_core import ValidationError

from acctgate.policy.model import Account, Policy, Waiver
from acctgate.policy.source import PolicyError, Source, read_source
from acctgate.report import Place
from acctgate.rules import RULES
from acctgate.rules.base import Rule, RuleEntry
from acctgate.snapshot import dotted, expectation, show
from acctgate.validators import validator

PRESETS: Final = ("baseline", "strict")
_PRESET_FOLDER: Final = Path(__file__).parent / "presets"
_DEEPEST: Final = 10
_RULES: Final = {rule.id: rule for rule in RULES}
Keys = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong in a policy file, and where."""

    keys: Keys
    message: str
    missing_parameter: bool = False
    """A parameter that the file by itself may leave out: what it extends may have it."""


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
    return read_source(_PRESET_FOLDER / f"{name}.yaml", name)


def _chain(source: Source, path: Path) -> list[Source]:
    """The file and what it extends, the most basic first."""
    _check(source)
    chain = [source]
    seen = {path.resolve()}
    while extends := source.data.get("extends"):
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
        _check(source)
        chain.insert(0, source)
    return chain


def _check(source: Source) -> None:
    """The file by itself: anything but a missing parameter is an error already."""
    if not isinstance(source.data, dict):
        raise PolicyError(f"{source.name}:1: a policy is a mapping with a version, found {show(source.data)}")
    faults = [fault for fault in _faults(source.data) if not fault.missing_parameter]
    if faults:
        raise _error(source, faults)


def _error(source: Source, faults: list[Fault]) -> PolicyError:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return PolicyError(f"{source.place(faults[0].keys)}: {faults[0].message}{more}")


def _faults(document: dict[str, Any]) -> Iterator[Fault]:
    """What is wrong in a policy document: first what its model says, then what no model can say."""
    try:
        validator("policy").validate_python(document)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            missing = item["type"] == "missing" and item["loc"][0] == "rules"
            yield Fault(item["loc"], _explain(cast(Any, item)), missing)
        return
    for index, waiver in enumerate(document.get("waivers") or ()):
        yield from _waiver_faults(waiver, ("waivers", index))
    for rule_id, entry in (document.get("rules") or {}).items():
        for keys, message in _RULES[rule_id].faults(entry or {}):
            where = ("rules", rule_id, *keys)
            yield Fault(where, f"{dotted(where)}: {message}")


def _waiver_faults(waiver: dict[str, Any], where: Keys) -> Iterator[Fault]:
    if waiver["rule"] not in _RULES:
        keys = (*where, "rule")
        yield Fault(keys, f"{dotted(keys)}: {waiver['rule']} is no rule{_near(waiver['rule'])}")
    try:
        date.fromisoformat(waiver["expires"])
    except ValueError as error:
        keys = (*where, "expires")
        yield Fault(keys, f"{dotted(keys)}: {waiver['expires']} is no day: {error}")


def _policy(chain: list[Source]) -> Policy:
    merged: dict[str, dict[str, Any]] = {}
    waivers: list[Waiver] = []
    accounts: dict[str, Account] = {}
    for source in chain:
        given = source.data.get("waivers") or ()
        waivers += [Waiver(**{**waiver, "expires": date.fromisoformat(waiver["expires"])}) for waiver in given]
        for account_id, entry in (source.data.get("accounts") or {}).items():
            accounts[account_id] = Account(entry.get("alias"), tuple(entry.get("providers", ())))
        for rule_id, values in (source.data.get("rules") or {}).items():
            merged.setdefault(rule_id, {}).update(values or {})
    rules = {rule.id: _with_level(merged.get(rule.id)) for rule in RULES}
    missing = [
        fault
        for fault in _faults({"version": 1, "rules": merged})
        if rules[str(fault.keys[1])]["level"] != "disabled" or not fault.missing_parameter
    ]
    if missing:
        named = (source for source in reversed(chain) if missing[0].keys[1] in (source.data.get("rules") or {}))
        raise _error(next(named), missing)
    return Policy(rules, tuple(waivers), accounts, chain[-1].name, places=dict(_places(chain)))


def _places(chain: list[Source]) -> Iterator[tuple[str, Place]]:
    files = [source for source in reversed(chain) if source.name not in PRESETS]
    for rule in RULES:
        naming = next((source for source in files if rule.id in (source.data.get("rules") or {})), None)
        if naming is not None:
            yield rule.id, naming.spot(("rules", rule.id))
        elif files:
            yield rule.id, files[-1].spot(("extends",))


def _with_level(values: dict[str, Any] | None) -> RuleEntry:
    """A rule that nobody names is disabled, one without a level mandatory."""
    if values is None:
        return RuleEntry(level="disabled")
    return cast(RuleEntry, {"level": "mandatory", **values})


def entry_fault(rule: Rule[Any], entry: RuleEntry) -> str | None:
    """What is wrong with a rule's entry that comes from elsewhere than a file, None where nothing is."""
    for fault in _faults({"version": 1, "rules": {rule.id: entry}}):
        if not (fault.missing_parameter and entry.get("level") == "disabled"):
            return fault.message
    return None


def _explain(item: dict[str, Any]) -> str:
    """What is wrong, and what was expected."""
    keys: Keys = item["loc"]
    where = dotted(keys)
    match item["type"]:
        case "missing" if keys == ("version",):
            return "version is missing; write version: 1"
        case _ if keys == ("version",):
            return f"version: expected 1, found {show(item['input'])}"
        case "extra_forbidden" if keys[0] == "rules" and len(keys) == 2:
            return f"{where}: unknown rule{_near(str(keys[1]))}; `acctgate rules` lists them"
        case "extra_forbidden" if keys[0] == "rules":
            takes = ", ".join(parameter_names(_RULES[str(keys[1])]))
            return f"{where}: unknown parameter; {keys[1]} takes {takes}"
        case "extra_forbidden":
            return f"{where}: unknown key"
        case "missing" if keys[0] == "rules":
            return f"{where}: required parameter is missing"
        case "missing":
            return f"{where}: is missing"
        case _ if keys[-1] == "[key]":
            return f"{keys[0]}.{keys[1]}: the id of an account is text; put it in quotes"
        case "string_pattern_mismatch" if keys[-1] == "expires":
            return f"{where}: should be a day, YYYY-MM-DD, found {show(item['input'])}"
        case "string_pattern_mismatch":
            return f"{where}: should not be blank"
    return f"{where}: {expectation(item['msg'])}, found {show(item['input'])}"


def parameter_names(rule: Rule[Any]) -> list[str]:
    """What a policy can say of a rule: its level first."""
    keys = rule.parameters.__required_keys__ | rule.parameters.__optional_keys__
    return ["level", *sorted(keys - {"level"})]


def _near(word: str) -> str:
    close = get_close_matches(word, list(_RULES), n=1)
    return f", did you mean {close[0]}?" if close else ""
