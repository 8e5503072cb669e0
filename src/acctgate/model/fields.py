"""Shared field types, and how strictly the answers of the APIs are validated."""

from __future__ import annotations

from typing import Annotated, TypeVar

from annotated_types import Ge, Le

T = TypeVar("T", bound=type)


def answer(model: T) -> T:
    """Make a TypedDict a strict pydantic model of an answer.

    Strict: "6" and true are not numbers. Unknown keys are allowed and stay, because the APIs grow.
    """
    model.__pydantic_config__ = {"strict": True, "extra": "allow", "use_attribute_docstrings": True}  # type: ignore[attr-defined]
    return model


Count = Annotated[int, Ge(0)]
"""A whole number of at least 0."""

Hours = Annotated[int, Ge(1), Le(24)]
"""Whole hours, 1 to 24."""

Percent = Annotated[int, Ge(0), Le(100)]
"""A whole number from 0 to 100."""

Version1 = Annotated[int, Ge(1), Le(1)]
"""The number 1. Not Literal[1]: to Python, true equals 1."""
