"""Formats: account reports in, text out. One file per format; each is loaded only where it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from acctgate.render.base import Frame, Renderer

FORMATS: Final = ("text", "json", "ndjson", "sarif", "junit", "markdown", "github", "gitlab", "csv", "html")


def renderer(name: str, frame: Frame | None = None) -> Renderer:
    """The renderer of a format.

    Args:
        name: One of `FORMATS`: NAME is NameRenderer in the module of that name (ndjson: in json's).
        frame: What it has to know besides the reports.
    """
    module = import_module(f"acctgate.render.{name.removeprefix('nd')}")
    made: Renderer = getattr(module, f"{name.capitalize()}Renderer")(frame or Frame())
    return made


__all__ = ["FORMATS", "Frame", "Renderer", "renderer"]
