"""What the models refuse in a policy document, in words. Each message takes the value's path in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from acctgate.policy import document as policy_document
from acctgate.policy.chain import RulesById
from acctgate.policy.source import Keys
from acctgate.rules import BUILT_IN
from acctgate.rules.base import Rule
from acctgate.text import did_you_mean, dotted, expectation, show

_PATTERNS: Final[Mapping[Any, str]] = {
    "expires": "invalid date; use YYYY-MM-DD",
    "stack": "invalid stack; use stack, project/stack or organization/project/stack",
}
"""What is expected of a key whose text has a pattern of its own."""
_ENTRIES: Final[Mapping[Any, type]] = {
    "waivers": policy_document.WaiverEntry,
    "accounts": policy_document.AccountEntry,
    "groups": policy_document.GroupEntry,
}
"""The entries of a policy's sections."""


class Defect(NamedTuple):
    """Something wrong at a path of the merged document, before its file is known."""

    keys: Keys
    message: Callable[[Keys], str]
    """Takes the path in the file."""


def prefixed(message: str) -> Callable[[Keys], str]:
    """Return a message that begins with the path in the file."""
    return lambda keys: f"{dotted(keys)}: {message}"


def model_defects(document: dict[str, Any], entries: Mapping[str, Any], all_rules: RulesById) -> list[Defect]:
    """Return what the models refuse.

    Args:
        document: The merged document.
        entries: The entries under `rules`; none if that is not a mapping.
        all_rules: The rules that the policy can name. The entries of those of its own modules have their own models.
    """
    own = {name: entries[name] for name in all_rules if name in entries and name not in BUILT_IN}
    if own:
        document = {**document, "rules": {name: entry for name, entry in entries.items() if name not in own}}
    errors = _errors(policy_document.adapter(), document, ())
    for name, entry in own.items():
        errors += _errors(all_rules[name].entry_adapter, {} if entry is None else entry, ("rules", name))
    errors = _most_specific([error for error in errors if not _may_be_missing(error, entries)])
    return [Defect(error["loc"], _explain_match(error) or _explain(error, all_rules)) for error in errors]


def _may_be_missing(error: dict[str, Any], entries: Mapping[str, Any]) -> bool:
    """Return whether a missing parameter belongs to a disabled rule."""
    keys = error["loc"]
    return error["type"] == "missing" and keys[0] == "rules" and (entries[keys[1]] or {}).get("level") == "disabled"


def _errors(model: TypeAdapter[Any], value: Any, where: Keys) -> list[dict[str, Any]]:
    try:
        model.validate_python(value)
    except ValidationError as error:
        return [{**item, "loc": _path((*where, *item["loc"]))} for item in error.errors(include_url=False)]
    return []


def _path(keys: Keys) -> Keys:
    """Return the path without the tags that pydantic adds where a value is one text or a list of them."""
    fixed = 1 if keys[0] == "extends" else 0
    if keys[0] == "groups" and keys[2:3] == ("match",):
        fixed = 5 if keys[3:4] in (("tag",), ("label",)) else 4
    return (*keys[:fixed], *(key for key in keys[fixed:] if isinstance(key, int))) if fixed else keys


def _most_specific(errors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one error for each place; of a list, only those of its items."""
    lists = {error["loc"][:-1] for error in errors if isinstance(error["loc"][-1], int)}
    return list({error["loc"]: error for error in reversed(errors) if error["loc"] not in lists}.values())[::-1]


def _parameter_names(rule: Rule[Any]) -> list[str]:
    """Return what a policy can set of a rule: the level first."""
    keys = rule.parameters.__required_keys__ | rule.parameters.__optional_keys__
    return ["level", *sorted(keys - {"level"})]


def _explain(error: dict[str, Any], all_rules: RulesById) -> Callable[[Keys], str]:
    """Return the message for an error of a model."""
    keys, found = error["loc"], show(error["input"])
    match error["type"]:
        case "missing" if keys == ("version",):
            return lambda _: "version is missing; write version: 1"
        case _ if keys == ("version",):
            return lambda _: f"version: expected 1, found {found}"
        case _ if keys[0] == "extends":
            return lambda place: f"{dotted(place)}: {_extends_expectation(place)}, found {found}"
        case "extra_forbidden" if keys[0] == "rules" and len(keys) == 2:
            return prefixed(f"unknown rule{did_you_mean(str(keys[1]), all_rules)}; `acctgate rules` lists them")
        case "extra_forbidden" if keys[0] == "rules":
            takes = ", ".join(_parameter_names(all_rules[str(keys[1])]))
            return prefixed(f"unknown parameter; {keys[1]} takes {takes}")
        case "extra_forbidden":
            return prefixed(f"unknown key{did_you_mean(str(keys[-1]), _keys_beside(keys))}")
        case "missing" if keys[0] == "rules":
            return prefixed("required parameter is missing")
        case "missing":
            return prefixed("is missing")
        case _ if keys[-1] == "[key]":
            return lambda _: f"{keys[0]}.{keys[1]}: an account id is text; put it in quotes"
        case "string_pattern_mismatch" if keys[-1] in _PATTERNS:
            return prefixed(f"{_PATTERNS[keys[-1]]}, found {found}")
        case "string_pattern_mismatch":
            return prefixed("should not be blank")
    example = " (example: {level: mandatory})" if keys[0] == "rules" and len(keys) == 2 else ""
    return prefixed(f"{expectation(error['msg'])}{example}, found {found}")


def _keys_beside(keys: Keys) -> Iterable[str]:
    """Return the keys that the mapping with an unknown key may have."""
    section = next((key for key in reversed(keys[:-1]) if key in _ENTRIES), None)
    return _ENTRIES.get(section, policy_document.PolicyFile).__annotations__


def _explain_match(error: dict[str, Any]) -> Callable[[Keys], str] | None:
    """Return the message for an error in what a group matches, None for any other one."""
    keys, found = error["loc"], show(error["input"])
    if keys[0] != "groups":
        return None
    takes = ", ".join(policy_document.MatchEntry.__annotations__)
    in_match = keys[2:3] == ("match",)
    match error["type"]:
        case _ if keys[-1] == "[key]" and len(keys) == 3:
            return lambda _: f"groups.{keys[1]}: the name of a group is text; put it in quotes"
        case "extra_forbidden" if in_match:
            return prefixed(f"unknown key; match takes {takes}")
        case "too_short" if in_match and len(keys) == 3:
            return prefixed(f"is empty; match takes {takes}")
        case "too_short" if in_match:
            return prefixed("is empty")
        case "string_type" | "list_type" if in_match and len(keys) > 3:
            expected = "text" if isinstance(keys[-1], int) else "text or a list of texts"
            return prefixed(f"should be {expected}, found {found}")
    return None


def _extends_expectation(place: Keys) -> str:
    return "should be a preset, a path or package:path" + ("" if len(place) > 1 else ", or a list of them")
