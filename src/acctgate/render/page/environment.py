"""The jinja2 environment of the page. Autoescape is on: text from outside never becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.environment import TemplateModule
from markupsafe import Markup, escape

from acctgate.inert_text import clean, without_commands
from acctgate.language import words_of
from acctgate.model.outcome import WORST_FIRST
from acctgate.render import words
from acctgate.render.page import hints

_PACKAGE: Final = "acctgate.render.page"
MAX_TEXT: Final = 300


@cache
def environment() -> Environment:
    """Return the environment, created once, with the words and hints, and the results in their order."""
    created = Environment(
        loader=PackageLoader(_PACKAGE, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    created.globals |= {"words": words, "hints": hints, "results": WORST_FIRST}
    created.filters |= {"words": words_of, "clean": clean_text, "breakable": _breakable, "number": "{:,}".format}
    return created


@cache
def macros(template: str) -> TemplateModule:
    """Return the macros of a template as functions that return `Markup`."""
    return environment().get_template(template).module


class Asset(NamedTuple):
    """A style or script of the page."""

    text: Markup
    hash: str
    """Its hash for the Content-Security-Policy."""


@cache
def asset(name: str) -> Asset:
    """Return a style or script of the page by the name of its file."""
    text = (files(_PACKAGE) / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file


def _breakable(text: str, longest: int = MAX_TEXT) -> Markup:
    """Return text that breaks after the dots of a setting's path and between networks, which stay whole if they fit."""
    return Markup(re.sub(r"(?<=[A-Za-z]\.)(?=[A-Z])|(?<=\d;)(?=\d)", "<wbr>", escape(clean_text(text, longest))))  # noqa: S704 - escaped


def clean_text(text: str, longest: int = MAX_TEXT) -> str:
    """Return text as one printable line that steers no CI system, cut to a length."""
    return without_commands(clean(text, longest))
