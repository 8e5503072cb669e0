"""Recorded HTTP answers, as `curl --include` writes them: a preamble, and the body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_HEADER: Final = re.compile(r"[A-Za-z0-9_-]+:.*")
_STATUS: Final = re.compile(r"HTTP/[\d.]+\s+(\d{3})\b")


class HttpAnswer(NamedTuple):
    """An answer, split into its HTTP preamble and its body."""

    status: int | None
    """The HTTP status, None without a preamble, or if it has no readable status."""
    body: str
    """The body. Empty lines replace the preamble, so that line numbers stay true."""
    has_preamble: bool = False


def split_preamble(text: str) -> HttpAnswer:
    """Split an HTTP answer. Of several preambles (100 Continue, a proxy's) the last one counts."""
    if not text.lstrip().startswith("HTTP/"):
        return HttpAnswer(None, text)
    lines = text.split("\n")  # JSON may contain the other characters at which `splitlines` splits
    status, body = None, 0
    while (start := _first_text(lines, body)) < len(lines) and lines[start].lstrip().startswith("HTTP/"):
        found = _STATUS.match(lines[start].strip())
        status, body = int(found[1]) if found else None, start + 1
        while body < len(lines) and (_HEADER.fullmatch(lines[body].strip()) or lines[body].startswith((" ", "\t"))):
            body += 1
    return HttpAnswer(status, "\n" * body + "\n".join(lines[body:]), True)


def _first_text(lines: Sequence[str], start: int) -> int:
    """Return the index of the first line from `start` on that is not blank; their number if there is none."""
    return next((index for index in range(start, len(lines)) if lines[index].strip()), len(lines))
