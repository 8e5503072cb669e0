"""Detect whether a file contains snapshots, reports or policies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from acctgate.model.diff_document import DiffKind
from acctgate.reading import TooLargeError, read_text, remember
from acctgate.strict_json import nests_too_deeply

_YAML_POLICY: Final = re.compile(r"^(rules|extends|waivers) *:", re.MULTILINE)
"""A YAML policy in a file without a suffix, such as a pipe."""


def kind_of(path: str) -> DiffKind:
    """Return what a file contains, from its suffix or its keys. Standard input ("-") is snapshots.

    Raises:
        SourceError: The file cannot be read. A file of unknown content counts as snapshots, whose reader reports it.
    """
    if Path(path).suffix in (".yaml", ".yml"):
        return "policies"
    try:
        if path != "-":
            remember(path)  # it is read again as what it is
        text = read_text(path) if path != "-" else "{}"
    except TooLargeError:  # snapshots of many accounts
        return "snapshots"
    if nests_too_deeply(text):
        return "snapshots"
    try:
        document, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError:
        return "policies" if _YAML_POLICY.search(text) else "snapshots"
    keys = set(document) if isinstance(document, dict) else set()
    if keys & {"accounts", "outcomes"} and "verdict" in keys:
        return "reports"
    return "policies" if keys & {"rules", "extends", "waivers"} else "snapshots"
