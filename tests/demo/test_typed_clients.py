"""Alibaba Cloud's own typed clients work on the demo account: it speaks more of their protocol than acctgate uses."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_config20200907.client import Client as ConfigClient
from alibabacloud_config20200907.models import (
    GenerateCompliancePackReportRequest,
    GetCompliancePackReportRequest,
    GetConfigRuleComplianceByPackRequest,
    ListCompliancePacksRequest,
)
from alibabacloud_ims20190815.client import Client as ImsClient
from alibabacloud_ims20190815.models import GetAccessKeyPolicyForAccountRequest
from alibabacloud_resourcemanager20200331.client import Client as DirectoryClient
from alibabacloud_resourcemanager20200331.models import ListAccountsRequest
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_sts20150401.models import AssumeRoleRequest
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config

from acctgate.demo import DemoAccount, DemoServer
from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from acctgate.demo.organization import DemoOrganization

MEMBER = "2234567890123456"


def config(server: DemoServer, **keys: str) -> Config:
    """Return how a client reaches the demo account."""
    given = keys or {"access_key_id": ACCESS_KEY_ID, "access_key_secret": ACCESS_KEY_SECRET}
    return Config(endpoint=server.endpoint, protocol="http", region_id="cn-shanghai", **given)


def test_the_security_preference_and_the_reports_on_ram_users() -> None:
    with DemoServer() as server:
        client = ImsClient(config(server))
        login = client.get_security_preference().body.security_preference.login_profile_preference
        assert (login.login_session_duration, login.mfaoperation_for_login) == (6, "adaptive")
        practice = client.get_account_security_practice_report().body.account_security_practice_info
        assert (practice.score, practice.account_security_practice_user_info.sub_user) == (63, 9)
        assert client.get_password_policy().body.password_policy.minimum_password_length == 8
        assert client.get_user_sso_settings().body.user_sso_settings.sso_enabled is False
        policy = client.get_access_key_policy_for_account(GetAccessKeyPolicyForAccountRequest()).body.access_key_policy
        assert '"Status": "Inactive"' in policy


def test_compliance_packs() -> None:
    with DemoServer() as server:
        client = ConfigClient(config(server))
        listed = client.list_compliance_packs(ListCompliancePacksRequest(page_number=1, page_size=10)).body
        [pack] = [each.compliance_pack_id for each in listed.compliance_packs_result.compliance_packs]
        asked = GetCompliancePackReportRequest(compliance_pack_id=pack)
        assert client.get_compliance_pack_report(asked).body.compliance_pack_report.report_status == "COMPLETE"
        rules = client.get_config_rule_compliance_by_pack(GetConfigRuleComplianceByPackRequest(compliance_pack_id=pack))
        assert rules.body.config_rule_compliance_result.total_count == 3
        generated = GenerateCompliancePackReportRequest(compliance_pack_id=pack, client_token="token")
        assert client.generate_compliance_pack_report(generated).body.compliance_pack_id == pack


def test_who_calls_and_a_role_of_another_account() -> None:
    with DemoServer(DemoAccount(), DemoAccount(MEMBER)) as server:
        client = StsClient(config(server))
        assert client.get_caller_identity().body.account_id == "1234567890123456"
        asked = AssumeRoleRequest(role_arn=f"acs:ram::{MEMBER}:role/audit", role_session_name="test")
        found: Any = client.assume_role(asked).body.credentials
        keys = {
            "access_key_id": found.access_key_id,
            "access_key_secret": found.access_key_secret,
            "security_token": found.security_token,
        }
        assert StsClient(config(server, **keys)).get_caller_identity().body.account_id == MEMBER


def test_the_accounts_of_an_organization() -> None:
    with DemoServer(organization=DemoOrganization(30)) as server:
        client = DirectoryClient(config(server))
        found = client.list_accounts(ListAccountsRequest(page_number=2, page_size=20)).body
        assert found.total_count >= 30
        assert all(len(account.account_id) == 16 for account in found.accounts.account)


def test_a_denied_call_is_the_clients_error() -> None:
    with DemoServer() as server:
        server.denied.add("GetSecurityPreference")
        with pytest.raises(ClientException) as caught:
            ImsClient(config(server)).get_security_preference()
        assert caught.value.code == "NoPermission"
        assert caught.value.access_denied_detail["AuthAction"] == "ram:GetSecurityPreference"
