"""Strict validators for acctgate's documents, without the cost of importing pydantic.

The pydantic models are the source. What pydantic makes of them, its core schemas, is generated into
validators.json by `make docs` and compared in CI. From there pydantic's Rust core takes it directly: a tenth of
a second less for each `acctgate check`. Where that core is of another version than the one that the file was
made with, the models themselves are used.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import SchemaValidator, __version__

if TYPE_CHECKING:
    from acctgate.rules.base import Rule

FILE: Final = Path(__file__).with_suffix(".json")
NAMES: Final = ("snapshot", "policy")
_ADDRESS: Final = re.compile(r"(?<=[A-Za-z]):\d{6,}$")


@cache
def validator(name: str) -> SchemaValidator:
    """The validator of a document: snapshot or policy. It raises pydantic_core.ValidationError."""
    compiled = _compiled()
    return SchemaValidator(compiled["validators"][name] if compiled else _core_schema(name))


def parameter_schema(rule: Rule[Any]) -> dict[str, Any]:
    """The JSON Schema of a rule's level and parameters."""
    compiled = _compiled()
    schemas: dict[str, dict[str, Any]] = compiled["parameters"] if compiled else {}
    return schemas[rule.id] if rule.id in schemas else _parameter_schema(rule)


@cache
def entry_validator(rule: Rule[Any]) -> SchemaValidator:
    """The validator of what a policy says of a rule. acctgate's own rules are part of the policy's validator."""
    from pydantic import TypeAdapter

    return SchemaValidator(TypeAdapter(rule.parameters).core_schema)


def text() -> str:
    """What validators.json should say."""
    from acctgate.rules import RULES

    compiled = {
        "pydantic_core": __version__,
        "validators": {name: _core_schema(name) for name in NAMES},
        "parameters": {rule.id: _parameter_schema(rule) for rule in RULES},
    }
    return json.dumps(compiled, separators=(",", ":")) + "\n"


@cache
def _compiled() -> dict[str, Any] | None:
    try:
        compiled: dict[str, Any] = json.loads(FILE.read_bytes())
    except FileNotFoundError:
        return None
    return compiled if compiled["pydantic_core"] == __version__ else None


@cache
def _parameter_schema(rule: Rule[Any]) -> dict[str, Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(rule.parameters).json_schema()


def _core_schema(name: str) -> Any:
    from pydantic import TypeAdapter

    from acctgate.documents import DOCUMENTS

    adapter: TypeAdapter[Any] = TypeAdapter(DOCUMENTS[name])
    adapter.rebuild(force=True)
    return _data(adapter.core_schema)


def _data(schema: Any) -> Any:
    """The schema without what is not data and not needed: the classes, and hints for JSON Schema."""
    if isinstance(schema, dict):
        return {key: _data(value) for key, value in schema.items() if key not in ("cls", "metadata")}
    if isinstance(schema, str):  # a reference ends in the address of its class, which is another in each run
        return _ADDRESS.sub("", schema)
    if isinstance(schema, (list, tuple)):
        return [_data(item) for item in schema]
    return schema
