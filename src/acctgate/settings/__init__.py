"""What the three APIs say about an account, as strict pydantic models: one module per API."""

from acctgate.settings.compliance_pack import CompliancePackReport
from acctgate.settings.security_practice import AccountSecurityPracticeInfo
from acctgate.settings.security_preference import SecurityPreference

__all__ = ["AccountSecurityPracticeInfo", "CompliancePackReport", "SecurityPreference"]
