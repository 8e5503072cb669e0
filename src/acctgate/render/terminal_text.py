"""Text from outside, fit for a terminal."""

from __future__ import annotations


def safe(value: object) -> str:
    """Text from outside, without what would steer a terminal, cut to a readable length."""
    text = str(value)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "�" for char in text)
    return text if len(text) <= 300 else text[:299] + "…"
