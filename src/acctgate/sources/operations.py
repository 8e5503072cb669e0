"""The API operations: one list for the client, the demo account, doctor and the documentation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple


class Operation(NamedTuple):
    """An operation of an API."""

    name: str
    product: str
    """The endpoint's product: sts, ims, config or resourcemanager."""
    answer_key: str
    """The key of its answer that must exist."""
    section: str = ""
    """The key of a snapshot that it answers. Empty if it answers none."""
    method: str = "POST"

    @property
    def version(self) -> str:
        """The version of the product's API."""
        return _VERSIONS[self.product]

    @property
    def permission(self) -> str:
        """The RAM action that the caller needs."""
        return f"{'ram' if self.product == 'ims' else self.product}:{self.name}"


Call = Callable[[Operation, dict[str, str]], Any]
"""Makes a call with these parameters, and returns the answer's JSON. It raises `CallError`."""

_VERSIONS: Final = {"sts": "2015-04-01", "ims": "2019-08-15", "config": "2020-09-07", "resourcemanager": "2020-03-31"}

IDENTITY: Final = Operation("GetCallerIdentity", "sts", "AccountId", "account_id")
PREFERENCE: Final = Operation("GetSecurityPreference", "ims", "SecurityPreference", "SecurityPreference")
PRACTICE: Final = Operation(
    "GetAccountSecurityPracticeReport", "ims", "AccountSecurityPracticeInfo", "AccountSecurityPracticeInfo"
)
PACKS: Final = Operation("ListCompliancePacks", "config", "CompliancePacksResult", "CompliancePackReports")
PACK_REPORT: Final = Operation(
    "GetCompliancePackReport", "config", "CompliancePackReport", "CompliancePackReports", method="GET"
)
PASSWORD_POLICY: Final = Operation("GetPasswordPolicy", "ims", "PasswordPolicy", "PasswordPolicy")
USER_SSO: Final = Operation("GetUserSsoSettings", "ims", "UserSsoSettings", "UserSsoSettings")
ACCESS_KEY_POLICY: Final = Operation("GetAccessKeyPolicyForAccount", "ims", "AccessKeyPolicy", "AccessKeyPolicy")
RULE_COMPLIANCE: Final = Operation(
    "GetConfigRuleComplianceByPack", "config", "ConfigRuleComplianceResult", "ConfigRuleCompliances"
)
PACK_DETAILS: Final = Operation("GetCompliancePack", "config", "CompliancePack", "ConfigRuleCompliances")
CREDENTIAL_REPORT: Final = Operation("GetCredentialReport", "ims", "Content", "CredentialReport")
GENERATE_CREDENTIAL_REPORT: Final = Operation("GenerateCredentialReport", "ims", "State", "CredentialReport")
ASSUME_ROLE: Final = Operation("AssumeRole", "sts", "Credentials")
SET_PREFERENCE: Final = Operation("SetSecurityPreference", "ims", "SecurityPreference")
SET_PASSWORD_POLICY: Final = Operation("SetPasswordPolicy", "ims", "PasswordPolicy")
GENERATE_PACK_REPORT: Final = Operation("GenerateCompliancePackReport", "config", "CompliancePackId")
AGGREGATE_PACKS: Final = Operation("ListAggregateCompliancePacks", "config", "CompliancePacksResult")
AGGREGATE_PACK_REPORT: Final = Operation(
    "GetAggregateCompliancePackReport", "config", "CompliancePackReport", method="GET"
)
GENERATE_AGGREGATE_PACK_REPORT: Final = Operation("GenerateAggregateCompliancePackReport", "config", "CompliancePackId")
AGGREGATE_RULE_COMPLIANCE: Final = Operation(
    "GetAggregateConfigRuleComplianceByPack", "config", "ConfigRuleComplianceResult"
)
AGGREGATE_PACK_DETAILS: Final = Operation("GetAggregateCompliancePack", "config", "CompliancePack")
AGGREGATE_ACCOUNT_COMPLIANCE: Final = Operation(
    "GetAggregateAccountComplianceByPack", "config", "AccountComplianceResult"
)
DIRECTORY: Final = Operation("GetResourceDirectory", "resourcemanager", "ResourceDirectory")
MEMBERS: Final = Operation("ListAccounts", "resourcemanager", "Accounts")
FOLDERS: Final = Operation("ListFoldersForParent", "resourcemanager", "Folders")

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
