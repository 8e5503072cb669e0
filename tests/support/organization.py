"""The demo organization, for tests that read it. The folders that need the fixture import it in their conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from acctgate.demo import DemoOrganization, DemoServer
from tests.support.demo import demo_server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve an organization of 12 members, with the demo credentials in the environment."""
    with demo_server(monkeypatch, organization=DemoOrganization(12)) as running:
        monkeypatch.setattr("acctgate.sources.retry._BACKOFF", 0.001)
        monkeypatch.setattr("acctgate.sources.directory._PAUSE", 0.001)
        yield running
