"""Where snapshots come from: raw answers, snapshot files, the live account."""

from acctgate.sources.base import SourceError

__all__ = ["SourceError"]
