"""The texts of the page's rows in both languages. Many rows share a text, so the page has each translation once."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from acctgate.json_text import dumps
from acctgate.language import Language, in_language
from acctgate.render.page.environment import clean_text


class Texts:
    """Takes texts, returns them in the page's first language, and notes the other one for the script."""

    def __init__(self, language: Language) -> None:
        self._shown: Language = language
        self._other: Language = "en" if language == "zh" else "zh"
        self.translations: dict[str, str] = {}
        """Each text as it is shown, with the one in the other language."""

    def show(self, text: str, longest: int) -> str:
        """Return a text as the page shows it."""
        shown, other = (clean_text(in_language(text, each), longest) for each in (self._shown, self._other))
        if shown != other:
            self.translations[shown] = other
        return shown


def as_data(translations: Mapping[str, str]) -> Markup:
    """Return the translations as JSON in an element of the page, which nothing in them can end."""
    return Markup(dumps(translations).replace("<", r"\u003c"))  # noqa: S704 - escaped
