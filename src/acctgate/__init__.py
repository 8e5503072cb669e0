"""acctgate: the gate for Alibaba Cloud accounts.

Import the Pulumi data sources from `acctgate.crossguard`. This package itself imports nothing, so that
the command line starts fast.
"""

from acctgate.version import __version__

__all__ = ["__version__"]
