"""What a format makes of an outcome is kept: one outcome serves every account in which the rule reads the same values.

So a format's text for an outcome names no account. Marks stand for what is the account's own, and are replaced once for
all outcomes of an account. No mark comes from outside: `findings.printable` takes \x7f out of texts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from acctgate.report import Outcome

T = TypeVar("T")

ACCOUNT: Final = "\x7faccount\x7f"
"""Stands for the account's name."""
FINGERPRINT: Final = "\x7ffingerprint\x7f"
"""Stands for what tells this finding of this account from any other."""
_MOST: Final = 2048
"""Outcomes whose texts a format keeps: those used last."""


def kept(make: Callable[[Outcome], T]) -> Callable[[Outcome], T]:
    """The same function, which makes nothing twice of an outcome that it had lately."""
    return lru_cache(maxsize=_MOST)(make)
