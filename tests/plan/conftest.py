"""The environment of plans: no plugin of Pulumi on this machine takes part."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name in ("PULUMI_IGNORE_AMBIENT_PLUGINS", "PULUMI_DEBUG_PROVIDERS", "PULUMI_DEV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH", raising=False)
