"""Encode JSON for people, pipelines and logs: whatever text it has, nothing in it steers a terminal or a CI system."""

from __future__ import annotations

import json
from typing import Any, Final

from acctgate.inert_text import inert_json

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode
"""Created once: `json.dumps` would create an encoder for each call."""


def is_same(value: object, other: object) -> bool:
    """Compare two values as JSON does: to Python 1, true and 1.0 are equal."""
    return json.dumps(value, sort_keys=True) == json.dumps(other, sort_keys=True)


def dumps(value: Any) -> str:
    """Encode a value as JSON on one line."""
    return inert_json(_ENCODE(value))


def dump_document(value: Any) -> str:
    """Encode a value as JSON over several lines, with the last line's end."""
    return inert_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"
