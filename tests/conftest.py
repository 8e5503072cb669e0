"""The environment of every test: no credentials or settings of the developer, and no lookup of an ECS instance."""

from __future__ import annotations

import ast
import gc
import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.support import FOREIGN, HERE
from tests.support.strategies import SETTINGS

pytest_plugins = ["tests.support.engine"]

for name in [name for name in os.environ if name.startswith(FOREIGN)]:
    del os.environ[name]
os.environ["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "true"
os.environ["ALIBABA_CLOUD_CLI_PROFILE_DISABLED"] = "true"
os.environ["ALIBABA_CLOUD_CREDENTIALS_FILE"] = str(HERE / "no-such-file")
# Hypothesis's own default fails an example that takes 200 ms, as on a busy machine, and tries others in each run.
settings.register_profile("tests", SETTINGS)
settings.load_profile("tests")


@pytest.fixture(autouse=True)
def _no_debug() -> Iterator[None]:
    """Undo --debug and other options that last for the process."""
    before = {name for name in os.environ if name.startswith("ACCTGATE_")}
    yield
    for name in [name for name in os.environ if name.startswith("ACCTGATE_") and name not in before]:
        del os.environ[name]
    os.environ.pop("ACCTGATE_DEBUG", None)
    logging.getLogger("acctgate").setLevel(logging.NOTSET)


@pytest.fixture
def parsing_finalizers() -> Iterator[None]:
    """Collect garbage all the time, and parse Python each time, as a finalizer that formats a traceback does."""

    def parse(phase: str, details: dict[str, Any]) -> None:
        ast.parse("f(x)")

    thresholds = gc.get_threshold()
    gc.callbacks.append(parse)
    gc.set_threshold(20)
    yield
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(parse)
