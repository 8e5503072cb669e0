"""Parse Python source safely on every Python that acctgate runs on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

_PARSING: Final = RLock()


@contextmanager
def source_parsing() -> Iterator[None]:
    """Allow neither a garbage collection nor another of these blocks while Python source is parsed.

    Before CPython 3.11.8, `ast.parse` raises SystemError if something else is parsed in the meantime: by a finalizer
    (formatting a traceback parses), or by another thread, which a finalizer lets run.
    """
    with _PARSING:
        enabled = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if enabled:
                gc.enable()
