"""The demo organization, for tests that read it. The folders that need the fixture import it in their conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from acctgate.demo import DemoOrganization, DemoServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve an organization of 12 members, with the demo credentials in the environment."""
    with DemoServer(organization=DemoOrganization(12)) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("acctgate.sources.call_policy._BACKOFF", 0.001)
        monkeypatch.setattr("acctgate.sources.directory._PAUSE", 0.001)
        yield running
