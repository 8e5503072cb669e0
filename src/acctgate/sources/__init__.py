"""Sources of accounts: raw answers, snapshot files, the live account."""

from acctgate.reading import SourceError

__all__ = ["SourceError"]
