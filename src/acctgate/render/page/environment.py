"""The jinja2 environment of the page. Autoescape is on: text from outside never becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.environment import TemplateModule
from markupsafe import Markup, escape

from acctgate.redact import clean, without_commands
from acctgate.render.page import texts

_PACKAGE: Final = "acctgate.render.page"
_MAX_TEXT: Final = 300


@cache
def environment() -> Environment:
    """Return the environment, created once. Templates see the page's texts as `texts`."""
    created = Environment(
        loader=PackageLoader(_PACKAGE, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    created.globals["texts"] = texts
    created.filters |= {"clean": _clean, "breakable": _breakable, "number": "{:,}".format}
    return created


@cache
def macros(template: str) -> TemplateModule:
    """Return the macros of a template as functions that return `Markup`."""
    return environment().get_template(template).module


@cache
def asset(name: str) -> tuple[Markup, str]:
    """Return a style or script, and its hash for the Content-Security-Policy."""
    text = (files(_PACKAGE) / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"sha256-{digest}"  # noqa: S704 - our own file


def _breakable(text: str, longest: int = _MAX_TEXT) -> Markup:
    """Return text that breaks after the dots of a setting's path, so that its names stay whole on a narrow screen."""
    return Markup(re.sub(r"(?<=[A-Za-z]\.)(?=[A-Z])", "<wbr>", escape(_clean(text, longest))))  # noqa: S704 - escaped


def _clean(text: str, longest: int = _MAX_TEXT) -> str:
    return without_commands(clean(text, longest))
