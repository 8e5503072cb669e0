"""What is wrong in one policy document: the key, and what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from acctgate.policy import document as policy_document
from acctgate.redact import one_line
from acctgate.rules import RULES, parameters
from acctgate.rules.base import Rule
from acctgate.text import dotted, expectation, show

Keys = tuple[str | int, ...]
Known = Mapping[str, Rule[Any]]
"""Rule id → rule: those of acctgate, and those of the policy's own modules."""

BUILT_IN: Known = {rule.id: rule for rule in RULES}


class Fault(NamedTuple):
    """What is wrong in a policy file, and where."""

    keys: Keys
    message: str
    missing_parameter: bool = False
    """A parameter that the file by itself may leave out: what it extends may have it."""


def faults(document: dict[str, Any], known: Known) -> list[Fault]:
    """Everything that is wrong in a document: first what its model says, then what no model can say."""
    rules = document.get("rules")
    entries: dict[str, Any] = rules if isinstance(rules, dict) else {}
    own = {name: entries[name] for name in known if name in entries and name not in BUILT_IN}
    if own:
        document = {**document, "rules": {name: entry for name, entry in entries.items() if name not in own}}
    found = [*_modelled(policy_document.adapter(), document, (), known)]
    for name, entry in own.items():
        found += _modelled(parameters.adapter(known[name]), {} if entry is None else entry, ("rules", name), known)
    if found:
        return _once(found)
    return [*_unmodelled(document, known), *_of_rules(own, known)]


def _once(found: list[Fault]) -> list[Fault]:
    """A message for each place, not for each thing that it might have been; of a list, for what is wrong in it."""
    in_lists = {fault.keys[:-1] for fault in found if isinstance(fault.keys[-1], int)}
    return list({(fault.keys, fault.message): fault for fault in found if fault.keys not in in_lists}.values())


def _modelled(model: Any, value: Any, where: Keys, known: Known) -> Iterator[Fault]:
    try:
        model.validate_python(value)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            item["loc"] = (*where, *item["loc"])
            missing = item["type"] == "missing" and item["loc"][0] == "rules"
            yield Fault(*_explain(cast(Any, item), known), missing)


def _unmodelled(document: dict[str, Any], known: Known) -> Iterator[Fault]:
    for index, waiver in enumerate(document.get("waivers") or ()):
        yield from _waiver_faults(waiver, ("waivers", index), known)
    yield from _of_rules(document.get("rules") or {}, known)


def _of_rules(entries: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    for name, entry in entries.items():
        for keys, message in _of_rule(known[name], entry or {}):
            where = ("rules", name, *keys)
            yield Fault(where, f"{dotted(where)}: {message}")


def _of_rule(rule: Rule[Any], entry: Any) -> list[tuple[Keys, str]]:
    try:
        return [(tuple(keys), str(message)) for keys, message in rule.faults(entry)]
    except (Exception, SystemExit) as error:  # somebody's own rule
        return [((), f"the rule cannot look at its parameters: {type(error).__name__}: {one_line(error)}")]


def _waiver_faults(waiver: dict[str, Any], where: Keys, known: Known) -> Iterator[Fault]:
    if waiver["rule"] not in known:
        keys = (*where, "rule")
        yield Fault(keys, f"{dotted(keys)}: {waiver['rule']} is no rule{suggest_rule(waiver['rule'], known)}")
    try:
        date.fromisoformat(waiver["expires"])
    except ValueError as error:
        keys = (*where, "expires")
        yield Fault(keys, f"{dotted(keys)}: {waiver['expires']} is no day: {error}")


def _explain(item: dict[str, Any], known: Known) -> tuple[Keys, str]:
    """Where something is wrong, what it is, and what was expected."""
    keys: Keys = item["loc"]
    where = dotted(keys)
    match item["type"]:
        case "missing" if keys == ("version",):
            return keys, "version is missing; write version: 1"
        case _ if keys == ("version",):
            return keys, f"version: expected 1, found {show(item['input'])}"
        case _ if keys[0] == "extends":  # one thing or a list: the model complains of both
            place = keys[:1] + tuple(key for key in keys[1:] if isinstance(key, int))
            wants = "should be a preset, a path or package:path" + ("" if len(place) > 1 else ", or a list of them")
            return place, f"{dotted(place)}: {wants}, found {show(item['input'])}"
        case "extra_forbidden" if keys[0] == "rules" and len(keys) == 2:
            return keys, f"{where}: unknown rule{suggest_rule(str(keys[1]), known)}; `acctgate rules` lists them"
        case "extra_forbidden" if keys[0] == "rules":
            takes = ", ".join(parameter_names(known[str(keys[1])]))
            return keys, f"{where}: unknown parameter; {keys[1]} takes {takes}"
        case "extra_forbidden":
            return keys, f"{where}: unknown key"
        case "missing" if keys[0] == "rules":
            return keys, f"{where}: required parameter is missing"
        case "missing":
            return keys, f"{where}: is missing"
        case _ if keys[-1] == "[key]":
            return keys, f"{keys[0]}.{keys[1]}: the id of an account is text; put it in quotes"
        case "string_pattern_mismatch" if keys[-1] == "expires":
            return keys, f"{where}: should be a day, YYYY-MM-DD, found {show(item['input'])}"
        case "string_pattern_mismatch":
            return keys, f"{where}: should not be blank"
    return keys, f"{where}: {expectation(item['msg'])}, found {show(item['input'])}"


def parameter_names(rule: Rule[Any]) -> list[str]:
    """What a policy can say of a rule: its level first."""
    keys = rule.parameters.__required_keys__ | rule.parameters.__optional_keys__
    return ["level", *sorted(keys - {"level"})]


def suggest_rule(word: str, known: Known) -> str:
    """A hint at the rule that a word was perhaps meant to be; empty where none is like it."""
    close = get_close_matches(word, list(known), n=1)
    return f", did you mean {close[0]}?" if close else ""
