"""What counts as the ID of an account."""

from __future__ import annotations

from typing import TypeGuard


def is_account_id(text: object) -> TypeGuard[str]:
    """Return whether text is the ID of an account: digits, and not only zeros. A masked ID names no account."""
    return isinstance(text, str) and text.isascii() and text.isdigit() and bool(text.strip("0"))


def account_id_in(value: object) -> str | None:
    """Return the ID of an account that an answer has as text or as a number, None if the value is no such ID."""
    text = str(value) if type(value) in (int, str) else None
    return text if is_account_id(text) else None


def names_an_account(text: str) -> bool:
    """Return whether text identifies an account: it is not blank, not only zeros, and not masked."""
    return bool(text.strip().strip("0")) and "*" not in text
