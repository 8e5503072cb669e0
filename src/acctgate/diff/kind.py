"""Tell snapshots, reports and policies apart."""

from __future__ import annotations

import json
from pathlib import Path

from acctgate.model.diff import DiffKind
from acctgate.reading import TooLargeError, nests_too_deeply, read_text


def kind_of(path: str) -> DiffKind:
    """Return what a file contains, from its suffix or its keys. Standard input ("-") is snapshots.

    Raises:
        SourceError: The file cannot be read. A file of unknown content counts as snapshots, whose reader reports it.
    """
    if Path(path).suffix in (".yaml", ".yml"):
        return "policies"
    try:
        text = read_text(path) if path != "-" else "{}"
    except TooLargeError:  # snapshots of many accounts
        return "snapshots"
    if nests_too_deeply(text):
        return "snapshots"
    try:
        document, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError:
        return "snapshots"
    keys = set(document) if isinstance(document, dict) else set()
    if keys & {"accounts", "outcomes"} and "verdict" in keys:
        return "reports"
    return "policies" if keys & {"rules", "extends", "waivers"} else "snapshots"
