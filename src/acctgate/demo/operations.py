"""What the demo account's operations answer, and what they change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from acctgate.demo import directory
from acctgate.demo.account import DemoAccount
from acctgate.demo.compliance import PACK_NAME, ReportStore, pack_details, rule_results
from acctgate.demo.faults import Faults
from acctgate.demo.organization import DemoOrganization
from acctgate.demo.sessions import Sessions, check_role, no_role
from acctgate.demo.signature import SignatureError

RAM_VERSION: Final = "2015-05-01"
"""The version of Ram, the older API."""
Answer = dict[str, Any]
Parameters = Mapping[str, str]


class Operations(Faults):
    """The operations of accounts, or of an organization. The method `_NAME` answers the operation NAME."""

    def __init__(self, accounts: dict[str, DemoAccount], organization: DemoOrganization | None) -> None:
        super().__init__()
        self.accounts = accounts
        """The accounts by ID. The demo credentials belong to the first."""
        self.organization = organization
        """The directory, None for accounts that belong to none."""
        self.sessions = Sessions(next(iter(accounts)))
        """The keys that sign calls. `sessions.longest` limits how long an assumed role lasts."""
        self.reports = ReportStore()
        """The reports of compliance packs that are generated here."""

    @property
    def account(self) -> DemoAccount:
        """The account that the demo credentials belong to."""
        return next(iter(self.accounts.values()))

    def _GetSecurityPreference(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"SecurityPreference": account.preference_answer}

    def _SetSecurityPreference(self, account: DemoAccount, parameters: Parameters) -> Answer:
        account.set_preference(dict(parameters))
        return {"SecurityPreference": account.preference_answer}

    def _GetAccountSecurityPracticeReport(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"AccountSecurityPracticeInfo": account.practice}

    def _GetPasswordPolicy(self, account: DemoAccount, parameters: Parameters) -> Answer:
        policy = account.password_policy
        if parameters.get("Version") == RAM_VERSION:
            policy = {**policy, "HardExpiry": policy.get("HardExpire")}  # the older API's spelling
        return {"PasswordPolicy": policy}

    def _SetPasswordPolicy(self, account: DemoAccount, parameters: Parameters) -> Answer:
        older = {"HardExpire": parameters["HardExpiry"]} if "HardExpiry" in parameters else {}
        account.set_password_policy({**parameters, **older})
        return self._GetPasswordPolicy(account, parameters)

    def _GetUserSsoSettings(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"UserSsoSettings": account.user_sso}

    def _GetAccessKeyPolicyForAccount(self, account: DemoAccount, _: Parameters) -> Answer:
        return {"AccessKeyPolicy": json.dumps(account.access_key_policy)}

    def _GenerateCredentialReport(self, account: DemoAccount, _: Parameters) -> Answer:
        return account.credentials.generate(account.practice, datetime.now(UTC))

    def _GetCredentialReport(self, account: DemoAccount, parameters: Parameters) -> Answer:
        return account.credentials.read(parameters)

    def _ListCompliancePacks(self, account: DemoAccount, parameters: Parameters) -> Answer:
        size = int(parameters.get("PageSize", "10"))
        start = (int(parameters.get("PageNumber", "1")) - 1) * size
        same = {"CompliancePackName": PACK_NAME, "Status": "ACTIVE"}
        packs = [
            {"CompliancePackId": report["CompliancePackId"], **same}
            for report in account.pack_reports[start : start + size]
        ]
        result = {"CompliancePacks": packs, "PageNumber": start // size + 1, "PageSize": size}
        return {"CompliancePacksResult": {**result, "TotalCount": len(account.pack_reports)}}

    def _GetCompliancePackReport(self, account: DemoAccount, parameters: Parameters) -> Answer:
        report = self.reports.read(account.account_id, _pack(account, parameters))
        return {"CompliancePackReport": report}

    def _GenerateCompliancePackReport(self, account: DemoAccount, parameters: Parameters) -> Answer:
        report = _pack(account, parameters)
        self.reports.generate(account.account_id, report, parameters.get("ClientToken", ""), datetime.now(UTC))
        return {"CompliancePackId": report["CompliancePackId"]}

    def _GetConfigRuleComplianceByPack(self, account: DemoAccount, parameters: Parameters) -> Answer:
        return {"ConfigRuleComplianceResult": rule_results(_pack(account, parameters), account.config_rules)}

    def _GetCompliancePack(self, account: DemoAccount, parameters: Parameters) -> Answer:
        return {"CompliancePack": pack_details(_pack(account, parameters), account.config_rules)}

    _GetAggregateConfigRuleComplianceByPack = _GetConfigRuleComplianceByPack
    _GetAggregateCompliancePack = _GetCompliancePack
    _ListAggregateCompliancePacks = _ListCompliancePacks
    _GetAggregateCompliancePackReport = _GetCompliancePackReport
    _GenerateAggregateCompliancePackReport = _GenerateCompliancePackReport

    def _GetCallerIdentity(self, account: DemoAccount, _: Parameters) -> Answer:
        arn = f"acs:ram::{account.account_id}:user/demo"
        return {"AccountId": account.account_id, "Arn": arn, "IdentityType": "RAMUser"}

    def _GetResourceDirectory(self, _: DemoAccount, __: Parameters) -> Answer:
        directory.require_directory(self.organization)
        return {"ResourceDirectory": directory.describe_directory()}

    def _ListAccounts(self, account: DemoAccount, parameters: Parameters) -> Answer:
        organization = directory.require_administrator(self.organization, account.account_id)
        return directory.list_accounts(organization, parameters)

    def _ListFoldersForParent(self, account: DemoAccount, parameters: Parameters) -> Answer:
        directory.require_administrator(self.organization, account.account_id)
        return directory.list_folders(parameters)

    def _GetAggregateAccountComplianceByPack(self, account: DemoAccount, parameters: Parameters) -> Answer:
        organization = directory.require_administrator(self.organization, account.account_id)
        pack = _pack(account, parameters)["CompliancePackId"]
        return {"AccountComplianceResult": directory.account_compliance(organization, pack)}

    def _assume_role(self, parameters: Parameters, now: datetime) -> Answer:
        account_id = parameters.get("RoleArn", "").removeprefix("acs:ram::").partition(":")[0]
        if account_id not in self.accounts and (self.organization is None or not self.organization.member(account_id)):
            raise no_role()
        if self.organization is not None:
            check_role(self.organization, account_id)
        return self.sessions.assume(account_id, parameters, now)


def _pack(account: DemoAccount, parameters: Mapping[str, str]) -> dict[str, Any]:
    for report in account.pack_reports:
        if report["CompliancePackId"] == parameters.get("CompliancePackId"):
            return report
    message = "The specified CompliancePackId does not exist."
    raise SignatureError(400, "Invalid.CompliancePackId.Value", message)
