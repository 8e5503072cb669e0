"""Import Alibaba Cloud's SDK without aiohttp.

The SDK imports aiohttp for its asynchronous calls, which acctgate makes none of, and that takes half of the
SDK's start: a tenth of a second of each preview. So while the SDK is imported something stands in aiohttp's
place that imports the real one as soon as anybody uses it. Afterwards `import aiohttp` means aiohttp again.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

_NAME: Final = "aiohttp"
_LOGGERS: Final = ("credentials", "alibabacloud-tea", "darabonba-core", "apscheduler", "urllib3")


class _Deferred(ModuleType):
    """aiohttp, once somebody needs it. While the SDK is imported, names in it are only looked up."""

    importing = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.importing:
            return type(name, (), {})
        return getattr(importlib.import_module(_NAME), name)


@contextmanager
def without_aiohttp() -> Iterator[None]:
    """Import the SDK inside of this."""
    if _NAME in sys.modules:
        yield
        return
    deferred = _Deferred(_NAME)
    sys.modules[_NAME] = deferred
    try:
        yield
    finally:
        deferred.importing = False
        if sys.modules.get(_NAME) is deferred:
            del sys.modules[_NAME]


def load() -> None:
    """Import what `Caller` needs of the SDK."""
    if "alibabacloud_tea_openapi.client" in sys.modules:
        return
    with without_aiohttp():
        for module in (
            "alibabacloud_credentials.client",
            "alibabacloud_credentials.models",
            "alibabacloud_tea_openapi.client",
            "alibabacloud_tea_openapi.utils_models",
        ):
            importlib.import_module(module)
    for name in _LOGGERS:  # they print tracebacks, and addresses with tokens in them
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
