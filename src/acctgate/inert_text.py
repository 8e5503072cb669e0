"""Make text from outside inert where it is shown: no control characters, and no commands to a terminal or a CI log."""

from __future__ import annotations

import re
from typing import Final

_COMMAND: Final = re.compile(r"#(?=#[a-z]*\[)", re.IGNORECASE)
_LINE_COMMAND: Final = re.compile(r"^(\s*:)(?=:.*::)")
_STEERING: Final = re.compile(r"[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that control a terminal, end a line or turn the direction of text. JSON need not escape them."""


def clean(text: str, longest: int | None = None) -> str:
    """Return text from outside as one line without control characters, cut to `longest` characters if given."""
    if not text.isprintable() or "  " in text or text != text.strip():
        text = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def without_commands(text: str) -> str:
    """Return text in which the logs of CI systems see no command: `##[error]`, `##vso[…]`, `##teamcity[…]`."""
    return _COMMAND.sub("# ", text) if "##" in text else text


def without_line_command(line: str) -> str:
    """Return a line that GitHub Actions does not take for a command: `::error::`, also behind blanks.

    The space that breaks it up has no width.
    """
    return _LINE_COMMAND.sub("\\1\u200b", line) if "::" in line else line


def inert_json(text: str) -> str:
    """Return the same JSON without commands to a CI log, which finds `##` anywhere in a line, or to a terminal."""
    text = text.replace("##", "#\\u0023")
    return text if text.isascii() else _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
