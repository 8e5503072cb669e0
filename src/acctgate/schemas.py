"""The JSON Schemas of acctgate's documents, generated from the models."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter, with_config

Schema = dict[str, Any]
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> Schema:
    """The JSON Schema (draft 2020-12) of a document: one of `NAMES`.

    Raises:
        KeyError: There is no such document.
    """
    return {"$schema": _DIALECT, **_SCHEMAS[name]()}


def _snapshot() -> Schema:
    from acctgate.snapshot import SnapshotDocument

    return TypeAdapter(SnapshotDocument).json_schema()


def _report() -> Schema:
    from acctgate.report import Report

    config = ConfigDict(title="acctgate report", use_attribute_docstrings=True)
    return TypeAdapter(with_config(config)(Report)).json_schema(mode="validation")


def _policy() -> Schema:
    from acctgate.policy.model import PolicyFile
    from acctgate.rules import RULES

    result = PolicyFile.model_json_schema()
    entries = result["$defs"]["RuleEntries"]["properties"]
    complete: Schema = {}
    for rule in RULES:
        definition = rule.parameters.model_json_schema(ref_template="#/$defs/{model}")
        required = definition.pop("required", [])
        definition["title"] = rule.title
        definition["type"] = ["object", "null"]
        entries[rule.id] = definition
        if required:
            disabled = {
                "type": "object",
                "required": ["level"],
                "properties": {"level": {"const": "disabled"}},
            }
            complete[rule.id] = {"anyOf": [disabled, {"type": "object", "required": required}]}
    used = {"RuleEntries", "Waiver", "AccountEntry"}
    result["$defs"] = {key: value for key, value in result["$defs"].items() if key in used}
    # Without `extends` nothing else can bring a required parameter.
    result["if"] = {"not": {"required": ["extends"]}}
    result["then"] = {"properties": {"rules": {"properties": complete}}}
    return result


_SCHEMAS: Final[dict[str, Callable[[], Schema]]] = {
    "snapshot": _snapshot,
    "policy": _policy,
    "report": _report,
}
NAMES: Final = tuple(_SCHEMAS)


def text(name: str) -> str:
    """The schema as the files in schemas/ have it."""
    return json.dumps(schema(name), indent=1, ensure_ascii=False) + "\n"
