"""acctgate in Pulumi: data sources, policy pack, preview.

    from acctgate.crossguard import CompliancePackReport, SecurityPracticeReport, SecurityPreference

The data sources are imported when they are asked for: the policy pack needs none, and a preview waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from acctgate.crossguard.data_sources import CompliancePackReport, SecurityPracticeReport, SecurityPreference

__all__ = ["CompliancePackReport", "SecurityPracticeReport", "SecurityPreference"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from acctgate.crossguard import data_sources

    return getattr(data_sources, name)
