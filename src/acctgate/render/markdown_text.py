"""Escape text from outside for Markdown: it must not format, link, or end a table cell or list item."""

from __future__ import annotations

import re
from typing import Final

from acctgate.inert_text import clean

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:@/])")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ,;=%→–✗✓?▼▲·()'\"…×]*")
_REFERENCE: Final = re.compile(r"((?<!\w)@(?=\w)|#(?=\d)|(?<!\w)GH-(?=\d))", re.IGNORECASE)
"""Mentions and references to issues: GitHub finds them in the text, where the backslashes of Markdown are gone."""
_SAFE_INSIDE_WORDS: Final = re.compile(r"(?<=[A-Za-z0-9])\\([-./:])(?=[A-Za-z0-9])")


def cell(text: str, longest: int) -> str:
    """Return escaped text for a table cell, of at most `longest` characters before escaping."""
    return escape(text if len(text) <= longest else text[: longest - 1] + "…")


def escape(text: str) -> str:
    """Return text that Markdown shows literally: one line, no formatting, HTML, mentions or links."""
    flat = _REFERENCE.sub("\\1\u200b", clean(text))
    if _PLAIN.fullmatch(flat):
        return flat.replace("(", "\\(") if flat.startswith("(") else flat
    flat = flat.replace("&", "&amp;").replace("<", "&lt;")
    escaped = _SPECIAL.sub(r"\\\1", flat)
    if "http" in escaped.lower() or "www" in escaped.lower() or "@" in escaped:
        return escaped  # GitHub would turn parts of it into links or mentions
    return _SAFE_INSIDE_WORDS.sub(r"\1", escaped)
