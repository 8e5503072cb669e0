"""The API operations: one list for the client, the demo account, doctor and the documentation."""

from __future__ import annotations

from typing import Final, NamedTuple


class Operation(NamedTuple):
    """An operation of an API."""

    name: str
    product: str
    """The endpoint's product: sts, ims, config or resourcemanager."""
    version: str
    permission: str
    """The RAM action that the caller needs."""
    section: str
    """The key of a snapshot that it answers. Empty if it answers none."""
    answer_key: str
    """The key of its answer that must exist. Empty if there is none."""
    method: str = "POST"


IDENTITY: Final = Operation(
    "GetCallerIdentity", "sts", "2015-04-01", "sts:GetCallerIdentity", "account_id", "AccountId"
)
PREFERENCE: Final = Operation(
    "GetSecurityPreference",
    "ims",
    "2019-08-15",
    "ram:GetSecurityPreference",
    "SecurityPreference",
    "SecurityPreference",
)
PRACTICE: Final = Operation(
    "GetAccountSecurityPracticeReport",
    "ims",
    "2019-08-15",
    "ram:GetAccountSecurityPracticeReport",
    "AccountSecurityPracticeInfo",
    "AccountSecurityPracticeInfo",
)
PACKS: Final = Operation(
    "ListCompliancePacks",
    "config",
    "2020-09-07",
    "config:ListCompliancePacks",
    "CompliancePackReports",
    "CompliancePacksResult",
)
PACK_REPORT: Final = Operation(
    "GetCompliancePackReport",
    "config",
    "2020-09-07",
    "config:GetCompliancePackReport",
    "CompliancePackReports",
    "CompliancePackReport",
    "GET",
)
PASSWORD_POLICY: Final = Operation(
    "GetPasswordPolicy", "ims", "2019-08-15", "ram:GetPasswordPolicy", "PasswordPolicy", "PasswordPolicy"
)
USER_SSO: Final = Operation(
    "GetUserSsoSettings", "ims", "2019-08-15", "ram:GetUserSsoSettings", "UserSsoSettings", "UserSsoSettings"
)
ACCESS_KEY_POLICY: Final = Operation(
    "GetAccessKeyPolicyForAccount",
    "ims",
    "2019-08-15",
    "ram:GetAccessKeyPolicyForAccount",
    "AccessKeyPolicy",
    "AccessKeyPolicy",
)
RULE_COMPLIANCE: Final = Operation(
    "GetConfigRuleComplianceByPack",
    "config",
    "2020-09-07",
    "config:GetConfigRuleComplianceByPack",
    "ConfigRuleCompliances",
    "ConfigRuleComplianceResult",
)
PACK_DETAILS: Final = Operation(
    "GetCompliancePack",
    "config",
    "2020-09-07",
    "config:GetCompliancePack",
    "ConfigRuleCompliances",
    "CompliancePack",
)
CREDENTIAL_REPORT: Final = Operation(
    "GetCredentialReport", "ims", "2019-08-15", "ram:GetCredentialReport", "CredentialReport", "Content"
)
GENERATE_CREDENTIAL_REPORT: Final = Operation(
    "GenerateCredentialReport",
    "ims",
    "2019-08-15",
    "ram:GenerateCredentialReport",
    "CredentialReport",
    "State",
)
ASSUME_ROLE: Final = Operation("AssumeRole", "sts", "2015-04-01", "sts:AssumeRole", "", "Credentials")
SET_PREFERENCE: Final = Operation(
    "SetSecurityPreference", "ims", "2019-08-15", "ram:SetSecurityPreference", "", "SecurityPreference"
)
SET_PASSWORD_POLICY: Final = Operation(
    "SetPasswordPolicy", "ims", "2019-08-15", "ram:SetPasswordPolicy", "", "PasswordPolicy"
)
GENERATE_PACK_REPORT: Final = Operation(
    "GenerateCompliancePackReport",
    "config",
    "2020-09-07",
    "config:GenerateCompliancePackReport",
    "",
    "CompliancePackId",
)
AGGREGATE_PACKS: Final = Operation(
    "ListAggregateCompliancePacks",
    "config",
    "2020-09-07",
    "config:ListAggregateCompliancePacks",
    "",
    "CompliancePacksResult",
)
AGGREGATE_PACK_REPORT: Final = Operation(
    "GetAggregateCompliancePackReport",
    "config",
    "2020-09-07",
    "config:GetAggregateCompliancePackReport",
    "",
    "CompliancePackReport",
    "GET",
)
GENERATE_AGGREGATE_PACK_REPORT: Final = Operation(
    "GenerateAggregateCompliancePackReport",
    "config",
    "2020-09-07",
    "config:GenerateAggregateCompliancePackReport",
    "",
    "CompliancePackId",
)
AGGREGATE_RULE_COMPLIANCE: Final = Operation(
    "GetAggregateConfigRuleComplianceByPack",
    "config",
    "2020-09-07",
    "config:GetAggregateConfigRuleComplianceByPack",
    "",
    "ConfigRuleComplianceResult",
)
AGGREGATE_PACK_DETAILS: Final = Operation(
    "GetAggregateCompliancePack",
    "config",
    "2020-09-07",
    "config:GetAggregateCompliancePack",
    "",
    "CompliancePack",
)
AGGREGATE_ACCOUNT_COMPLIANCE: Final = Operation(
    "GetAggregateAccountComplianceByPack",
    "config",
    "2020-09-07",
    "config:GetAggregateAccountComplianceByPack",
    "",
    "AccountComplianceResult",
)
DIRECTORY: Final = Operation(
    "GetResourceDirectory",
    "resourcemanager",
    "2020-03-31",
    "resourcemanager:GetResourceDirectory",
    "",
    "ResourceDirectory",
)
MEMBERS: Final = Operation(
    "ListAccounts", "resourcemanager", "2020-03-31", "resourcemanager:ListAccounts", "", "Accounts"
)
FOLDERS: Final = Operation(
    "ListFoldersForParent",
    "resourcemanager",
    "2020-03-31",
    "resourcemanager:ListFoldersForParent",
    "",
    "Folders",
)

READ_OPERATIONS: Final = (IDENTITY, PREFERENCE, PRACTICE, PACKS, PACK_REPORT)
"""What reading an account calls. Their permissions are the minimum permissions."""
OPTIONAL_OPERATIONS: Final = (PASSWORD_POLICY, USER_SSO, ACCESS_KEY_POLICY)
"""What reading an account calls only if a rule needs it. Their permissions are optional."""
OPTIONAL_PACK_OPERATIONS: Final = (RULE_COMPLIANCE, PACK_DETAILS)
"""The same, called for each compliance pack."""
NAME_OPERATIONS: Final = (CREDENTIAL_REPORT, GENERATE_CREDENTIAL_REPORT)
"""What reading an account calls only with `--names`. The report is generated if there is no recent one."""
OPERATIONS: Final = (
    *READ_OPERATIONS,
    *OPTIONAL_OPERATIONS,
    *OPTIONAL_PACK_OPERATIONS,
    *NAME_OPERATIONS,
    ASSUME_ROLE,
    SET_PREFERENCE,
    SET_PASSWORD_POLICY,
    GENERATE_PACK_REPORT,
    AGGREGATE_PACKS,
    AGGREGATE_PACK_REPORT,
    GENERATE_AGGREGATE_PACK_REPORT,
    AGGREGATE_RULE_COMPLIANCE,
    AGGREGATE_PACK_DETAILS,
    AGGREGATE_ACCOUNT_COMPLIANCE,
    DIRECTORY,
    MEMBERS,
    FOLDERS,
)
"""What the demo account serves."""
BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
PRODUCTS: Final = ("sts", "ims", "config")
"""The products whose endpoints reading an account needs."""
