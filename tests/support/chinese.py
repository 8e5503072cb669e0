"""Finds what is left in English in a Chinese text."""

from __future__ import annotations

import re
from typing import Final

from acctgate.language import in_language

_ENGLISH: Final = re.compile(r"\b[a-z]+ [a-z]+\b")
_QUOTED: Final = (
    r"You are not authorized[^（；]*",
    "The specified CompliancePackId does not exist",
    "the office",  # a mask
    "the plan deploys to this account, and it was not read",
    "the plan leaves out the unchanged provider prod; make it with --show-sames",
    "the plan does not show its role, its profile or its account_id",
    "the account of the profile test is not known",
    r"provider (?:default|prod|test)",  # its name
)
"""What the examples have from outside, and hints on a plan's provider, which are English only."""
_FROM_OUTSIDE: Final = re.compile("|".join(_QUOTED))


def english_in(text: str) -> str | None:
    """Return the first English words in the Chinese form of a text, apart from what is quoted; None if it has none."""
    found = _ENGLISH.search(_FROM_OUTSIDE.sub("", in_language(text, "zh")))
    return found[0] if found else None
