"""Escape text from outside for Markdown: it must not format, link, or end a table cell or list item."""

from __future__ import annotations

import re
from typing import Final

from acctgate.redact import clean

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:@/])")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ,;=%→–✗✓?▼▲·()'\"…×]*")
_SAFE_INSIDE_WORDS: Final = re.compile(r"(?<=[A-Za-z0-9])\\([-./:])(?=[A-Za-z0-9])")


def escape(text: str) -> str:
    """Return text that Markdown shows literally: one line, no formatting, HTML, mentions or links."""
    flat = clean(text)
    if _PLAIN.fullmatch(flat):
        return flat.replace("(", "\\(") if flat.startswith("(") else flat
    flat = flat.replace("&", "&amp;").replace("<", "&lt;")
    escaped = _SPECIAL.sub(r"\\\1", flat)
    if "http" in escaped.lower() or "www" in escaped.lower() or "@" in escaped:
        return escaped  # GitHub would turn parts of it into links or mentions
    return _SAFE_INSIDE_WORDS.sub(r"\1", escaped)
