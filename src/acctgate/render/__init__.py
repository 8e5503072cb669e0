"""Formats: account reports in, text out. One module per format, imported when the format is used."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from acctgate.render.base import Frame, Renderer

FORMATS: Final = ("text", "json", "ndjson", "sarif", "junit", "markdown", "github", "gitlab", "csv", "html", "ocsf")
BINARY: Final = ("parquet",)
"""Formats that need the extra of the same name, and a file."""


def renderer(name: str, frame: Frame | None = None) -> Renderer:
    """Return a new renderer for one report.

    Args:
        name: One of `FORMATS` or `BINARY`. The class is `<Name>Renderer` in the module `name` (ndjson: in `json`).
        frame: What the format needs besides the reports.
    """
    module = import_module(f"acctgate.render.{name.removeprefix('nd')}")
    created: Renderer = getattr(module, f"{name.capitalize()}Renderer")(frame or Frame())
    return created


__all__ = ["BINARY", "FORMATS", "Frame", "Renderer", "renderer"]
