"""The languages of rule texts and of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Words(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """Return the text in a language."""
        return self.zh if language == "zh" else self.en

    @property
    def capitalized(self) -> Words:
        """The text with a capital letter at the start, for headings."""
        return Words(self.en[:1].upper() + self.en[1:], self.zh)


def preferred(environment: Mapping[str, str]) -> Language:
    """Return the language of the user's locale. The first variable that is set decides, as in gettext."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"
