"""Values in YAML's flow style, as acctgate writes them into policy files."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_PLAIN: Final = re.compile(r"[a-z][A-Za-z0-9]*(-[a-z0-9]+)*|\d{4}-\d\d-\d\d|\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?", re.ASCII)
_NAME: Final = re.compile(r"[a-z_]+(-[a-z]+)*", re.ASCII)
_NOT_TEXT: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# JSON does not escape these. YAML reads some of them as line ends, and refuses the others.
_ESCAPED: Final = str.maketrans(
    {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)}
)


def dump(value: Any) -> str:
    """Return a value of a policy as YAML: `{level: mandatory, within: [10.0.0.0/8]}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _NOT_TEXT:
        return value
    return quoted(value)


def _key(key: str) -> str:
    return key if _NAME.fullmatch(key) and key not in _NOT_TEXT else quoted(key)


def quoted(value: Any) -> str:
    """Return text in quotes that YAML reads as JSON does; numbers and switches as in JSON."""
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)
