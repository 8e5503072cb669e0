"""What a JSON or YAML document plainly is, so that a file given to the wrong option is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

DocumentKind = Literal["report", "policy", "snapshot", "record of a run"]
_REPORT: Final = {"verdict", "accounts"}
_RECORD: Final = {"started_at", "role_name", "accounts"}
_POLICY: Final = {"rules", "extends", "waivers"}
_SNAPSHOT: Final = {"account_id", "taken_at", "SecurityPreference", "AccountSecurityPracticeInfo"}


def document_kind(document: Mapping[str, Any]) -> DocumentKind | None:
    """Return what a document with a version is by its keys, None if they do not tell."""
    keys = document.keys()
    if "version" not in keys:
        return None
    if keys >= _REPORT:
        return "report"
    if keys >= _RECORD:
        return "record of a run"
    if keys & _POLICY:
        return "policy"
    return "snapshot" if keys & _SNAPSHOT else None


def wrong_kind(document: Mapping[str, Any], expected: DocumentKind | None) -> str | None:
    """Return the problem with a document that is plainly something else: `is a report, not a snapshot`.

    Args:
        document: The document.
        expected: What it should be, None for an API response.
    """
    kind = document_kind(document)
    if kind is None or kind == expected:
        return None
    return f"is a {kind}, not {f'a {expected}' if expected else 'an API response'}"
