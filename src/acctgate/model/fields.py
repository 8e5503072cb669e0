"""Shared field types, and how strictly the answers of the APIs are validated."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

from annotated_types import Ge, Le
from pydantic import ConfigDict, TypeAdapter

from acctgate.source_parsing import source_parsing

T = TypeVar("T", bound=type)
_described: Final[list[ConfigDict]] = []


def described(config: ConfigDict) -> ConfigDict:
    """Return the configuration of a model whose attribute docstrings are descriptions in its JSON Schema."""
    _described.append(config)
    return config


def json_schema(model: Any) -> dict[str, Any]:
    """Return the JSON Schema of a model, with descriptions.

    Only here are docstrings read: pydantic parses source files for them, a tenth of the time of a small check.
    """
    with source_parsing():
        for config in _described:
            config["use_attribute_docstrings"] = True
        try:
            return TypeAdapter(model).json_schema()
        finally:
            for config in _described:
                config["use_attribute_docstrings"] = False


def without_references(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema with each definition in the place where it is referred to, so that parts of it can move.

    No definition may refer to itself.
    """
    definitions = schema.get("$defs", {})

    def inline(part: Any) -> Any:
        if isinstance(part, list):
            return [inline(item) for item in part]
        if not isinstance(part, dict):
            return part
        name = str(part.get("$ref", "")).removeprefix("#/$defs/")
        found = {**definitions.get(name, {}), **{key: value for key, value in part.items() if key != "$ref"}}
        return {key: inline(value) for key, value in found.items()}

    return {key: inline(value) for key, value in schema.items() if key != "$defs"}


def answer(model: T) -> T:
    """Make a TypedDict a strict pydantic model of an answer.

    Strict: "6" and true are not numbers. Unknown keys are allowed and stay, because the APIs grow.
    """
    model.__pydantic_config__ = described({"strict": True, "extra": "allow"})  # type: ignore[attr-defined]
    return model


Count = Annotated[int, Ge(0)]
"""A whole number of at least 0."""

Hours = Annotated[int, Ge(1), Le(24)]
"""Whole hours, 1 to 24."""

Percent = Annotated[int, Ge(0), Le(100)]
"""A whole number from 0 to 100."""

Version1 = Annotated[int, Ge(1), Le(1)]
"""The number 1. Not Literal[1]: to Python, true equals 1."""
