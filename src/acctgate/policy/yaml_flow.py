"""Values in YAML's short form, as acctgate writes them into policy files."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_PLAIN: Final = re.compile(r"[a-z][A-Za-z0-9]*(-[a-z0-9]+)*|\d{4}-\d\d-\d\d|\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?", re.ASCII)
_NOT_TEXT: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# JSON leaves these as they are, and YAML takes some of them for line ends.
_BREAKS: Final = str.maketrans({char: f"\\u{ord(char):04x}" for char in "\x7f\x85\u2028\u2029\ufeff"})


def dump(value: Any) -> str:
    """A value of a policy: `{level: mandatory, within: [10.0.0.0/8]}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _NOT_TEXT:
        return value
    return quoted(value)


def quoted(value: Any) -> str:
    """Text in quotes, in which YAML reads it as JSON does; numbers and switches as JSON has them."""
    return json.dumps(value, ensure_ascii=False).translate(_BREAKS)
