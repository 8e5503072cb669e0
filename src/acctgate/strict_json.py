"""Parse JSON strictly: what is ambiguous, or too deep to walk through, is an error."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from acctgate.reading import SourceError
from acctgate.redact import one_line

MAX_DEPTH: Final = 100
"""How deeply values may nest. Answers, snapshots, policies and plans nest less than 20 deep. The parser's own limit is
Python's for recursion, which is too late: what it accepts would end the functions that walk through the values."""
_NESTING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]+|[\]}]+', re.DOTALL)


def read_json(text: str, name: str, first_line: int = 1) -> Any:
    """Parse JSON strictly: no NaN, no infinite number, no duplicate key, at most `MAX_DEPTH` levels.

    Args:
        text: The JSON.
        name: The file's name in messages.
        first_line: The number of the text's first line in the file.

    Raises:
        SourceError: It is not such JSON.
    """
    if nests_too_deeply(text):
        raise _invalid(name, first_line, "nested too deeply")
    try:
        return _STRICT.decode(text)
    except json.JSONDecodeError as error:
        reason = f"{error.msg} (column {error.colno})"
        raise _invalid(name, first_line + error.lineno - 1, reason) from None
    except ValueError as error:
        reason = "a number has too many digits" if "integer string conversion" in str(error) else one_line(error)
        raise _invalid(name, first_line, reason) from None


def nests_too_deeply(text: str) -> bool:
    """Return whether the brackets in a JSON text nest more than `MAX_DEPTH` deep, without recursion."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _NESTING.finditer(text):
        if token[0][0] in "[{":
            depth += len(token[0])
            if depth > MAX_DEPTH:
                return True
        elif token[0][0] in "]}":
            depth -= len(token[0])
    return False


def is_too_deep(value: object) -> bool:
    """Return whether a JSON value nests more than `MAX_DEPTH` deep, without recursion."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        containers = [each for each in level if isinstance(each, (dict, list))]
        level = [item for each in containers for item in (each.values() if isinstance(each, dict) else each)]
        if not level:
            return False
    return any(isinstance(each, (dict, list)) for each in level)


def _invalid(name: str, line: int, reason: str) -> SourceError:
    """Return the error for a file that is not JSON."""
    return SourceError(f"{name}:{line}: invalid JSON: {reason}; no JSON could be read")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        duplicate = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"duplicate key {duplicate}")
    return result


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python would read."""
    raise ValueError(f"{name} is not a JSON number")


_STRICT: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=refuse_constant, parse_float=_finite)
"""Created once: `json.loads` would create a decoder for each of many small documents."""
