"""Values and places in words, for messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from acctgate.redact import one_line


def dotted(path: tuple[str | int, ...]) -> str:
    """Format a path, for example CompliancePackReports[0].ReportStatus."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def expectation(message: str) -> str:
    """Return Pydantic's "Input should be a valid integer" as part of a sentence."""
    text = message.replace("Input should be", "should be").replace("a valid dictionary", "an object")
    return text.partition(" or instance of ")[0]


def show(value: object) -> str:
    """Format a JSON value, cut to a readable length."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    return one_line(text if len(text) <= 60 else text[:59] + "…")


def and_more(count: int) -> str:
    """Return the suffix ` (and N more)` for a list that shows only its first items, empty if `count` is 0."""
    return f" (and {count:,} more)" if count else ""


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: `1 rule`, `2 rules`, `2 addresses`."""
    ending = "" if count == 1 else "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun}{ending}"


def os_reason(error: OSError) -> str:
    """Return why a system call failed, such as "no such file or directory", to follow a file's name in a message."""
    return (error.strerror or one_line(error) or "input/output error").lower()


def describe_duration(duration: timedelta) -> str:
    """Return a duration in the largest unit of which it has at least two: seconds, minutes, hours or days."""
    seconds = round(duration.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    for name, length, most in (("minutes", 60, 7200), ("hours", 3600, 172_800)):
        if seconds < most:
            return f"{seconds // length} {name}"
    return plural(seconds // 86_400, "day")


def timestamp(now: datetime) -> str:
    """Return a time as a snapshot records it (UTC, ISO 8601)."""
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
