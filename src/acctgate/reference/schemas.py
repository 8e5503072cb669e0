"""The JSON Schemas of acctgate's documents, generated from the models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, get_args

from pydantic import ConfigDict, TypeAdapter, with_config

from acctgate.json_text import dump_document
from acctgate.model import snapshot_document
from acctgate.model.diff_document import Diff
from acctgate.model.fields import json_schema
from acctgate.model.outcome import RESULTS, Verdict
from acctgate.model.report_document import Report
from acctgate.policy import PRESETS
from acctgate.policy import document as policy_document
from acctgate.rules import RULES
from acctgate.rules.base import Rule
from acctgate.source_parsing import source_parsing

Schema = dict[str, Any]
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> Schema:
    """Return the JSON Schema (draft 2020-12) of a document, one of `NAMES`.

    Raises:
        KeyError: There is no such document.
    """
    return {"$schema": _DIALECT, **_SCHEMAS[name]()}


def _snapshot() -> Schema:
    return json_schema(snapshot_document.SnapshotDocument)


_TEXTS: Final[Schema] = {"type": "array", "items": {"type": "string"}}
_DERIVED: Final[dict[str, Schema]] = {
    "ControlReport": {"outcome": {"enum": list(RESULTS)}, "rules": _TEXTS, "reason": {"type": "string"}},
    "FrameworkReport": {"verdict": {"enum": list(get_args(Verdict))}},
}
"""Keys of the JSON report that follow from others: reading a report ignores them."""


def _report() -> Schema:
    config = ConfigDict(title="acctgate report", use_attribute_docstrings=True)
    with source_parsing():
        result = TypeAdapter(with_config(config)(Report)).json_schema()
    definitions = result["$defs"]
    for name, derived in _DERIVED.items():
        definitions[name]["properties"] |= derived
    return result


def _diff() -> Schema:
    config = ConfigDict(title="acctgate diff", use_attribute_docstrings=True)
    with source_parsing():
        result = TypeAdapter(with_config(config)(Diff)).json_schema()
    result["properties"]["counts"] = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    return result


def policy_schema(known: Sequence[Rule[Any]] = RULES) -> Schema:
    """Return the JSON Schema of a policy file whose rules are exactly these."""
    result = json_schema(policy_document.PolicyFile)
    result["$defs"] = _definitions(result["$defs"], known)
    closed = _closed(result["$defs"]["WaiverEntry"]["properties"]["rule"].pop("enum"), known)
    if len(known) > len(RULES):
        result["properties"] = _merged(result["properties"], closed)
        conditions = []
    else:  # rule modules of the file, or of one that it extends, add rules that are not known here
        conditions = [_without_modules(closed)]
    # Without `extends`, the file must have each required parameter; with it, one may come from there.
    complete = {rule.id: needs for rule in known if (needs := _complete(rule))}
    alone = {"if": {"not": {"required": ["extends"]}}, "then": {"properties": {"rules": {"properties": complete}}}}
    result["allOf"] = [alone, *conditions]
    return result


def _definitions(definitions: Schema, known: Sequence[Rule[Any]]) -> Schema:
    """Return the definitions of the model that the schema uses, with the entries of these rules."""
    used = {"RuleEntries", "WaiverEntry", "AccountEntry", "GroupEntry", "MatchEntry"}
    found = {name: definition for name, definition in definitions.items() if name in used}
    found["RuleEntries"]["properties"] = {rule.id: _entry(rule) for rule in known}
    del found["RuleEntries"]["additionalProperties"]
    group = found["GroupEntry"]["properties"]
    del group["match"]["minLength"]  # pydantic's for an object of this kind
    described = group["rules"]["description"]
    group["rules"] = {"description": described, "anyOf": [{"$ref": "#/$defs/RuleEntries"}, {"type": "null"}]}
    found["MatchEntry"]["minProperties"] = 1
    match = found["MatchEntry"]["properties"]
    match["folder"] = _pattern(match["folder"], "^/")
    return found


def _closed(names: Sequence[str], known: Sequence[Rule[Any]]) -> Schema:
    """Return the schemas of the keys that name rules: only acctgate's `names` and these rules."""
    every = [*names, *(rule.id for rule in known if rule.id not in names)]
    rules: Schema = {"type": ["object", "null"], "propertyNames": {"enum": every}}
    waivers: Schema = {"items": {"properties": {"rule": {"enum": every}}}}
    groups: Schema = {"additionalProperties": {"properties": {"rules": rules, "waivers": waivers}}}
    return {"rules": rules, "waivers": waivers, "groups": groups}


def _without_modules(closed: Schema) -> Schema:
    """Return the condition that these keys are closed in a file that only extends presets and has no rule modules."""
    presets: Schema = {"enum": list(PRESETS)}
    only_presets = {"anyOf": [presets, {"type": "array", "items": presets}]}
    return {
        "if": {"not": {"required": ["rule_modules"]}, "properties": {"extends": only_presets}},
        "then": {"properties": closed},
    }


def _pattern(texts: Schema, pattern: str) -> Schema:
    """Return the schema of a text, or a list of texts, that must have a pattern."""
    one, several = texts["anyOf"]
    return {
        **texts,
        "anyOf": [one | {"pattern": pattern}, several | {"items": several["items"] | {"pattern": pattern}}],
    }


def _entry(rule: Rule[Any]) -> Schema:
    """Return the schema of a rule's entry. Each has its own title, even if rules share a parameters model."""
    definition = {key: value for key, value in rule.entry_schema.items() if key != "required"}
    return definition | {"title": rule.title, "type": ["object", "null"]}


def _complete(rule: Rule[Any]) -> Schema | None:
    """Return the condition "disabled, or with its required parameters"; None if none are required."""
    required = rule.entry_schema.get("required")
    if not required:
        return None
    disabled = {"type": "object", "required": ["level"], "properties": {"level": {"const": "disabled"}}}
    return {"anyOf": [disabled, {"type": "object", "required": required}]}


def _merged(properties: Schema, more: Schema) -> Schema:
    return {name: {"allOf": [each, more[name]]} if name in more else each for name, each in properties.items()}


_SCHEMAS: Final[dict[str, Callable[[], Schema]]] = {
    "snapshot": _snapshot,
    "policy": policy_schema,
    "report": _report,
    "diff": _diff,
}
NAMES: Final = tuple(_SCHEMAS)


def text(name: str, known: Sequence[Rule[Any]] = RULES) -> str:
    """Return the text of a file in schemas/. For a policy, `known` are the rules that it can name."""
    found = {"$schema": _DIALECT, **policy_schema(known)} if name == "policy" else schema(name)
    return dump_document(found)
