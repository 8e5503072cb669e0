"""The languages of rule texts and of reports.

`Words` is a fixed text in both languages. `Bilingual` is a text about values: it is made once, where the values are
known, and travels as a plain English text through reports, JSON and users' programs; only what shows it to people in
Chinese asks for its Chinese form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple, get_args

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_MARK: Final = "\0"
"""Stands around a text that is put into another one."""
_CHINESE: Final = "[\u3000-\u9fff\uff00-\uffef]"
_SEAM: Final = re.compile(rf"(?<={_CHINESE})(?:{_MARK}+ {_MARK}*| {_MARK}+)(?={_CHINESE})")


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


class Bilingual(str):
    """An English text that has a Chinese form. For whatever takes a text, it is the English one."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Bilingual:
        """Create a text from both forms."""
        created = str.__new__(cls, en)
        created.zh = zh
        return created

    def __reduce__(self) -> tuple[type[Bilingual], tuple[str, str]]:
        """Return what pickle needs."""
        return Bilingual, (str(self), self.zh)


def in_language(text: str, language: Language) -> str:
    """Return a text in a language; as it is if it has only one form, such as a message of a user's own rule."""
    return text.zh if language == "zh" and isinstance(text, Bilingual) else text


def fill(template: Words, *texts: str) -> Bilingual:
    """Return a template with texts in its braces, each in its language."""
    return Bilingual(template.en.format(*texts), _seamless(template.zh.format(*map(_marked, texts))))


def join(separator: Words, texts: Iterable[str]) -> Bilingual:
    """Return texts joined in both languages."""
    found = tuple(texts)
    return Bilingual(separator.en.join(found), _seamless(separator.zh.join(map(_marked, found))))


def _marked(text: str) -> str:
    """Return the Chinese form of a text between two marks."""
    return f"{_MARK}{in_language(text, 'zh')}{_MARK}"


def _seamless(text: str) -> str:
    """Return a text without marks, and without the blanks beside them that stand between Chinese characters."""
    return _SEAM.sub("", text).replace(_MARK, "")


def words_of(text: str) -> Words:
    """Return a text, which may have a Chinese form, as words."""
    return Words(text, in_language(text, "zh"))


def preferred(environment: Mapping[str, str]) -> Language:
    """Return the language of the user's locale. The first variable that is set decides, as in gettext."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"
