"""The demo account, and an engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acctgate.demo import DemoServer
from tests.support.doctor import (
    script,
)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """Serve the demo account."""
    with DemoServer() as running:
        yield running


@pytest.fixture
def pulumi(tmp_path: Path) -> Path:
    """Create a fake engine that prints its version, in a folder of its own."""
    return script(tmp_path / "bin/pulumi", "echo v3.259.0")
