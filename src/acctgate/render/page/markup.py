"""Text from outside as HTML, and words in both languages."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Final

from acctgate.language import Words
from acctgate.render.findings import printable

_LONGEST: Final = 300


def safe(text: str, longest: int = _LONGEST) -> str:
    """Text from outside: no markup, no control characters, cut to a readable length."""
    flat = printable(text)
    return escape(flat if len(flat) <= longest else flat[: longest - 1] + "…")


def value(actual: Any, longest: int = 60) -> str:
    """A value as the API gave it."""
    return safe(actual if isinstance(actual, str) else json.dumps(actual, ensure_ascii=False), longest)


def both(words: Words) -> str:
    """In both languages; the style shows one."""
    if words.en == words.zh:
        return escape(words.en)
    return f"<i lang=en>{escape(words.en)}</i><i lang=zh>{escape(words.zh)}</i>"


def option(name: str, words: Words) -> str:
    """A choice in a list. Browsers show an option's plain text only, so it has both languages."""
    return f'<option value="{escape(name)}">{escape(words.en)} · {escape(words.zh)}</option>'
