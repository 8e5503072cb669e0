"""Text from outside in Markdown: it must neither format, nor link, nor break out of a table or a list."""

from __future__ import annotations

import re
from typing import Final

from acctgate.render.findings import printable

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:@/])")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ,;=%→–✗✓?▼▲·()'\"…×]*")
_SAFE_INSIDE_WORDS: Final = re.compile(r"(?<=[A-Za-z0-9])\\([-./:])(?=[A-Za-z0-9])")


def escape(text: str) -> str:
    """The text as Markdown shows it literally: one line, no formatting, no HTML, no mentions, no links."""
    flat = printable(text)
    if _PLAIN.fullmatch(flat):
        return flat.replace("(", "\\(") if flat.startswith("(") else flat
    flat = flat.replace("&", "&amp;").replace("<", "&lt;")
    escaped = _SPECIAL.sub(r"\\\1", flat)
    if "http" in escaped.lower() or "www" in escaped.lower() or "@" in escaped:
        return escaped  # nothing that GitHub would make a link or a mention of
    return _SAFE_INSIDE_WORDS.sub(r"\1", escaped)
