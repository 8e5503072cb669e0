"""What all sources share: how a file becomes text, how text becomes JSON, and what an error looks like."""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

from acctgate.redact import one_line
from acctgate.text import os_reason

LARGEST = 10 << 20
"""The largest single document, in bytes: an answer is a few kilobytes."""


class SourceError(ValueError):
    """Nothing could be read. The text is one line: where, what, what to do."""


def read_text(path: str, largest: int = LARGEST) -> str:
    """The text of a file, or of standard input for "-".

    Raises:
        SourceError: It is missing, a directory, empty, too large, or no text.
    """
    name = display_name(path)
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(largest + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(largest + 1)
    except OSError as error:
        raise SourceError(f"{name}: {os_reason(error)}") from None
    return decode(raw, name, largest)


def decode(raw: bytes, name: str, largest: int = LARGEST) -> str:
    """Bytes as text.

    Raises:
        SourceError: They are empty, too many, or no UTF-8.
    """
    if len(raw) > largest:
        raise SourceError(f"{name}: larger than {largest >> 20} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: is no text (byte {error.start} is no UTF-8)") from None
    if not text.strip():
        raise SourceError(f"{name}: is empty")
    return text


def display_name(path: str) -> str:
    """How messages call a file."""
    return "standard input" if path == "-" else path


def read_json(text: str, name: str, first_line: int = 1) -> Any:
    """JSON as the standard has it: no NaN, no key twice (which of them counts would be a guess).

    Raises:
        SourceError: It is no such JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise SourceError(f"{name}:{line}: no JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise SourceError(f"{name}:{first_line}: no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise SourceError(f"{name}:{first_line}: no JSON that can be read: {one_line(error)}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice} stands twice in one object")
    return result


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_HEADER = re.compile(r"[A-Za-z0-9_-]+:.*")


def without_preamble(text: str) -> str:
    """The body of an HTTP answer. Its head gives way to empty lines, so that line numbers stay true."""
    stripped = text.lstrip()
    if not stripped.startswith("HTTP/"):
        return text
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("HTTP/") or line.strip())
    body = start + 1
    while body < len(lines) and (_HEADER.fullmatch(lines[body].strip()) or lines[body].startswith((" ", "\t"))):
        body += 1
    rest = "\n".join(lines[body:])
    # Another head may follow: of 100 Continue, or of a proxy.
    return "\n" * body + (without_preamble(rest) if rest.lstrip().startswith("HTTP/") else rest)
