"""The version of acctgate, for reports and `--version`."""

__version__ = "0.1.0"
