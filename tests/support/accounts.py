"""Accounts that tests start from."""

from __future__ import annotations

from typing import Any, Final

GOOD: Final[dict[str, Any]] = {
    "version": 1,
    "SecurityPreference": {
        "LoginProfilePreference": {
            "MFAOperationForLogin": "mandatory",
            "EnableSaveMFATicket": False,
            "LoginSessionDuration": 6,
            "LoginNetworkMasks": "10.0.0.0/8",
        },
        "AccessKeyPreference": {"AllowUserToManageAccessKeys": False},
    },
    "AccountSecurityPracticeInfo": {
        "Score": 95,
        "AccountSecurityPracticeUserInfo": {
            "BindMfa": True,
            "RootWithAccessKey": 0,
            "UnusedAkNum": 0,
            "OldAkNum": 0,
            "SubUser": 9,
            "SubUserBindMfa": 9,
            "SubUserPwdLevel": "high",
            "SubUserWithUnusedAccessKey": 0,
            "SubUserWithOldAccessKey": 0,
        },
    },
    "CompliancePackReports": [],
    "ConfigRuleCompliances": [],
}
"""An account that complies with the preset strict."""

READS: Final = {
    "GetCallerIdentity",
    "GetSecurityPreference",
    "GetAccountSecurityPracticeReport",
    "ListCompliancePacks",
    "GetCompliancePackReport",
}
"""The operations that reading an account always calls."""
RULE_READS: Final = {"GetConfigRuleComplianceByPack", "GetCompliancePack"}
"""The operations that it calls for each compliance pack, if a rule needs them."""
OPTIONAL_READS: Final = {"GetPasswordPolicy", "GetUserSsoSettings", "GetAccessKeyPolicyForAccount", *RULE_READS}
"""The operations that it calls only if a rule needs them."""
