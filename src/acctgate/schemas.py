"""The JSON Schemas of acctgate's documents, generated from the models."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter, with_config

from acctgate.diff.model import Diff
from acctgate.documents import DOCUMENTS
from acctgate.report import Report
from acctgate.rules import RULES
from acctgate.validators import parameter_schemas

Schema = dict[str, Any]
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> Schema:
    """The JSON Schema (draft 2020-12) of a document: one of `NAMES`.

    Raises:
        KeyError: There is no such document.
    """
    return {"$schema": _DIALECT, **_SCHEMAS[name]()}


def _snapshot() -> Schema:
    return TypeAdapter(DOCUMENTS["snapshot"]).json_schema()


def _report() -> Schema:
    config = ConfigDict(title="acctgate report", use_attribute_docstrings=True)
    return TypeAdapter(with_config(config)(Report)).json_schema()


def _diff() -> Schema:
    config = ConfigDict(title="acctgate diff", use_attribute_docstrings=True)
    result = TypeAdapter(with_config(config)(Diff)).json_schema()
    result["properties"]["counts"] = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    return result


def _policy() -> Schema:
    result = TypeAdapter(DOCUMENTS["policy"]).json_schema()
    # Rules that share a parameters model still have their own titles. Without `extends` nothing else can bring
    # a required parameter; with it, a file may leave one out.
    complete: Schema = {}
    for rule in RULES:
        definition = dict(parameter_schemas()[rule.id])
        if required := definition.pop("required", []):
            disabled = {"type": "object", "required": ["level"], "properties": {"level": {"const": "disabled"}}}
            complete[rule.id] = {"anyOf": [disabled, {"type": "object", "required": required}]}
        definition |= {"title": rule.title, "type": ["object", "null"]}
        result["$defs"]["RuleEntries"]["properties"][rule.id] = definition
    used = {"RuleEntries", "WaiverEntry", "AccountEntry"}
    result["$defs"] = {key: value for key, value in result["$defs"].items() if key in used}
    result["if"] = {"not": {"required": ["extends"]}}
    result["then"] = {"properties": {"rules": {"properties": complete}}}
    return result


_SCHEMAS: Final[dict[str, Callable[[], Schema]]] = {
    "snapshot": _snapshot,
    "policy": _policy,
    "report": _report,
    "diff": _diff,
}
NAMES: Final = tuple(_SCHEMAS)


def text(name: str) -> str:
    """The schema as the files in schemas/ have it."""
    return json.dumps(schema(name), indent=1, ensure_ascii=False) + "\n"
