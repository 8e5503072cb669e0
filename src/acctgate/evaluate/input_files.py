"""The files that a command reads, by what they contain."""

from __future__ import annotations

from typing import NamedTuple


class InputFiles(NamedTuple):
    """Files by what they contain, each in the order in which they are given."""

    snapshots: tuple[str, ...]
    responses: tuple[str, ...]
    plans: tuple[str, ...]
