"""What a policy can say of a rule: the schema of its level and parameters, and their validator."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from acctgate.rules.base import Rule


@cache
def adapter(rule: Rule[Any]) -> TypeAdapter[Any]:
    """The validator of a rule's entry in a policy. It raises pydantic's ValidationError."""
    return TypeAdapter(rule.parameters)


@cache
def parameter_schema(rule: Rule[Any]) -> dict[str, Any]:
    """The JSON Schema of a rule's level and parameters."""
    return adapter(rule).json_schema()
