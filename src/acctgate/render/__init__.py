"""Formats: account reports in, text out. One file per format; each is loaded only where it is asked for."""

from __future__ import annotations

from typing import Final

from acctgate.render.base import Renderer

FORMATS: Final = ("text", "json", "ndjson")


def renderer(name: str, *, color: bool = False, width: int = 110) -> Renderer:
    """The renderer of a format. Only text knows colour and width."""
    if name == "text":
        from acctgate.render.text import TextRenderer

        return TextRenderer(color=color, width=width)
    from acctgate.render import json

    return json.JsonRenderer() if name == "json" else json.NdjsonRenderer()


__all__ = ["FORMATS", "Renderer", "renderer"]
