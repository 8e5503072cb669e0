"""What a format makes of an outcome is kept: one outcome serves every account in which the rule reads the same values.

So a format's text for an outcome names no account. Marks stand for what is the account's own, and are replaced for all
outcomes of an account at once. A mark is one character, which is found fastest, and one that `findings.printable` takes
out of texts, so that none comes from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from acctgate.model.outcome import Outcome

T = TypeVar("T")

ACCOUNT: Final = "\x7f"
"""Stands for the account's name."""
ACCOUNT_HASH: Final = "\x80"
"""Stands for the account's part of a fingerprint."""
_MOST: Final = 2048
"""Outcomes whose texts a format keeps: those used last."""


def kept(make: Callable[[Outcome], T]) -> Callable[[Outcome], T]:
    """The same function, which makes nothing twice of an outcome that it had lately."""
    return lru_cache(maxsize=_MOST)(make)
