"""Make a snapshot of the sections that were read."""

from __future__ import annotations

from typing import Any

from acctgate.model.api_error import ApiError
from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import Snapshot
from acctgate.redact import without_secrets


def snapshot_of(
    sections: dict[str, Any],
    errors: dict[str, ApiError],
    account_id: str | None,
    taken_at: str | None = None,
    read_as: ReadAs | None = None,
) -> Snapshot:
    """Return a snapshot of these sections, without the secrets in them."""
    how = read_as.record or None if read_as else None
    document: dict[str, Any] = {"version": 1, "account_id": account_id, "taken_at": taken_at, "read_as": how}
    document = {key: value for key, value in document.items() if value is not None}
    document |= without_secrets(sections)
    if errors:
        document["errors"] = errors
    return Snapshot.from_document(document, read_as)
