"""Values and places in words, for messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from acctgate.redact import one_line


def dotted(path: tuple[str | int, ...]) -> str:
    """Format a path, for example CompliancePackReports[0].ReportStatus."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def expectation(message: str) -> str:
    """Return Pydantic's "Input should be a valid integer" as part of a sentence."""
    text = message.replace("Input should be", "should be").replace("a valid dictionary", "an object")
    text = text.replace("Field required", "is missing")
    return text.partition(" or instance of ")[0]


def show(value: object) -> str:
    """Format a JSON value, cut to a readable length."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return one_line(text if len(text) <= 60 else text[:59] + "…")


def and_more(count: int) -> str:
    """Return the suffix ` (and N more)` for a list that shows only its first items, empty if none is left."""
    return f" (and {count:,} more)" if count > 0 else ""


def first_of(items: Sequence[str], most: int) -> str:
    """Return the first items of a list, and how many more there are: `a, b and 3 more`."""
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def listed(items: Iterable[str], conjunction: str) -> str:
    """Return items as part of a sentence: `a`, `a and b`, `a, b and c`."""
    *others, last = items
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def and_more_zh(count: int) -> str:
    """Return what `and_more` returns, in Chinese."""
    return f"（另有 {count:,} 项）" if count > 0 else ""


def first_of_zh(items: Sequence[str], most: int) -> str:
    """Return what `first_of` returns, in Chinese."""
    more = f" 等 {len(items):,} 项" if len(items) > most else ""
    return "、".join(items[:most]) + more


def listed_zh(items: Iterable[str], conjunction: str = "和") -> str:
    """Return names in Latin letters as part of a Chinese sentence: `a`, `a 和 b`, `a、b 和 c`."""
    *others, last = items
    return f"{'、'.join(others)} {conjunction} {last}" if others else last


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the suffix ` (did you mean NAME?)` for a misspelled name, empty if no known one is similar.

    Upper and lower case count as the same.
    """
    names = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), names, n=1)
    return f" (did you mean {names[close[0]]}?)" if close else ""


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: `1 rule`, `2 rules`, `2 addresses`."""
    ending = "" if count == 1 else "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun}{ending}"


def os_reason(error: OSError) -> str:
    """Return why a system call failed, such as "no such file or directory", to follow a file's name in a message."""
    return (error.strerror or one_line(error) or "input/output error").lower()
