"""The embedded demo account: try acctgate, and test it, without a cloud account."""

from acctgate.demo.account import DemoAccount
from acctgate.demo.organization import DemoOrganization
from acctgate.demo.server import DemoServer

__all__ = ["DemoAccount", "DemoOrganization", "DemoServer"]
