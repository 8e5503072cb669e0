"""Chromium, for the tests of the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench.browser import Browser, find_chromium


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start Chromium."""
    program = find_chromium()
    if program is None:
        pytest.skip("Chromium is not installed")
    with Browser(program, tmp_path_factory.mktemp("browser")) as running:
        yield running
