"""Formats: account reports in, text out. One file per format; each is loaded only where it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from acctgate.render.base import Renderer
from acctgate.report import Places


def _text(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.text import TextRenderer

    return TextRenderer(color=color, width=width)


def _json(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.json import JsonRenderer

    return JsonRenderer()


def _ndjson(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.json import NdjsonRenderer

    return NdjsonRenderer()


def _sarif(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.sarif import SarifRenderer

    return SarifRenderer(places)


def _junit(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.junit import JunitRenderer

    return JunitRenderer()


def _markdown(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.markdown import MarkdownRenderer

    return MarkdownRenderer()


def _github(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.github import GithubRenderer

    return GithubRenderer(places)


def _gitlab(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.gitlab import GitlabRenderer

    return GitlabRenderer(places)


def _csv(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.csv import CsvRenderer

    return CsvRenderer()


def _html(places: Places, color: bool, width: int) -> Renderer:
    from acctgate.render.html import HtmlRenderer

    return HtmlRenderer()


_RENDERERS: Final[dict[str, Callable[[Places, bool, int], Renderer]]] = {
    "text": _text,
    "json": _json,
    "ndjson": _ndjson,
    "sarif": _sarif,
    "junit": _junit,
    "markdown": _markdown,
    "github": _github,
    "gitlab": _gitlab,
    "csv": _csv,
    "html": _html,
}
FORMATS: Final = tuple(_RENDERERS)


def renderer(name: str, *, places: Places | None = None, color: bool = False, width: int = 110) -> Renderer:
    """The renderer of a format.

    Args:
        name: One of `FORMATS`.
        places: The line of the policy file for each rule, for formats that annotate files.
        color: For text on a terminal.
        width: Of that terminal, in columns.
    """
    return _RENDERERS[name](places or {}, color, width)


__all__ = ["FORMATS", "Renderer", "renderer"]
