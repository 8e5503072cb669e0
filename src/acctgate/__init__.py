"""acctgate: policy as code for Alibaba Cloud accounts.

The Python API is exported here, and loaded when it is first used: the command line and Pulumi programs start faster
without it. Import the Pulumi data sources from `acctgate.crossguard`.
"""

from acctgate.version import __version__

TYPE_CHECKING = False  # importing typing would cost more than the rest

if TYPE_CHECKING:
    from acctgate.api import (
        AccountReport,
        Outcome,
        PlannedChange,
        Policy,
        PolicyError,
        Report,
        Snapshot,
        SourceError,
        judge,
        load_policy,
        parse_snapshot,
        read_plan,
        read_report,
        read_snapshots,
    )

__all__ = [
    "AccountReport",
    "Outcome",
    "PlannedChange",
    "Policy",
    "PolicyError",
    "Report",
    "Snapshot",
    "SourceError",
    "__version__",
    "judge",
    "load_policy",
    "parse_snapshot",
    "read_plan",
    "read_report",
    "read_snapshots",
]


def __getattr__(name: str) -> object:
    """Load the Python API when one of its names is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from acctgate import api

    return getattr(api, name)
