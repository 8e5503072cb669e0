"""What the modules of this package share: how strictly the answers of the APIs are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

# Strict: in JSON, "6" and true are no numbers. Extra keys are kept, never dropped: the APIs grow.
ANSWER = ConfigDict(strict=True, extra="allow", use_attribute_docstrings=True, defer_build=True)

Count = Annotated[int, Field(ge=0)]
"""A whole number of at least 0."""

Hours = Annotated[int, Field(ge=1, le=24)]
"""Whole hours, 1 to 24."""

Percent = Annotated[int, Field(ge=0, le=100)]
"""A whole number from 0 to 100."""
