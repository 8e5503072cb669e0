"""The demo organization, for the test of the directory. Other tests have servers of their own."""

from tests.support.organization import server as server
