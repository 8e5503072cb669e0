"""The demo organization, for tests that read it."""

from tests.support.organization import server as server
