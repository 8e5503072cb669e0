"""The sections of a snapshot."""

from __future__ import annotations

from typing import Final

from acctgate.model.credential_report import SECTION as CREDENTIAL_REPORT

OPERATIONS: Final = {
    "SecurityPreference": "GetSecurityPreference",
    "AccountSecurityPracticeInfo": "GetAccountSecurityPracticeReport",
    "CompliancePackReports": "GetCompliancePackReport",
    "PasswordPolicy": "GetPasswordPolicy",
    "UserSsoSettings": "GetUserSsoSettings",
    "AccessKeyPolicy": "GetAccessKeyPolicyForAccount",
    "ConfigRuleCompliances": "GetConfigRuleComplianceByPack",
    CREDENTIAL_REPORT: "GetCredentialReport",
}
"""The sections of a snapshot, and the API operation that returns each."""
OPTIONAL_SECTIONS: Final = frozenset({"PasswordPolicy", "UserSsoSettings", "AccessKeyPolicy", "ConfigRuleCompliances"})
"""The sections that are read from a live account only if a rule needs them."""
SETTINGS_SECTIONS: Final = tuple(section for section in OPERATIONS if section != CREDENTIAL_REPORT)
"""The sections that have settings. The credential report has users: it is read only with `--names`."""

IDENTITY_PROOF: Final = "identity"
"""The key of `errors` for an account of which nothing was read, not even that the answers are its own."""
