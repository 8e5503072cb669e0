"""acctgate: the gate for Alibaba Cloud accounts.

Import the Pulumi data sources from `acctgate.crossguard`. This package itself imports nothing, so that
the command line starts fast.
"""

__version__ = "0.1.0"
