"""acctgate in Pulumi: data sources, policy pack, preview.

from acctgate.crossguard import CompliancePackReport, SecurityPracticeReport, SecurityPreference
"""

from acctgate.crossguard.data_sources import (
    CompliancePackReport,
    SecurityPracticeReport,
    SecurityPreference,
)

__all__ = ["CompliancePackReport", "SecurityPracticeReport", "SecurityPreference"]
