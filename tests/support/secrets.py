"""Forget the secrets that a test protects: they would be redacted in every later test of the process."""

from __future__ import annotations

from acctgate import redact


def unprotect() -> None:
    """Stop redacting all values, of the process and of this context."""
    redact._secrets.clear()
    redact._in_context.set(None)
