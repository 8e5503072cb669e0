"""The languages that rules are told in, and the words round them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Words(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


def preferred(environment: Mapping[str, str]) -> Language:
    """The language that a person's locale asks for; the first of the variables that says anything decides."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"
