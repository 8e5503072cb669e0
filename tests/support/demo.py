"""The demo account, with its credentials in the environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from acctgate.demo import DemoAccount, DemoOrganization, DemoServer


@contextmanager
def demo_server(
    monkeypatch: pytest.MonkeyPatch, *accounts: DemoAccount, organization: DemoOrganization | None = None
) -> Iterator[DemoServer]:
    """Serve the demo account, or these accounts, with the credentials in the environment."""
    with DemoServer(*accounts, organization=organization) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
