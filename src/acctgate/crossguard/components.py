"""Components for Pulumi programs: one account, and many."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource

from acctgate.crossguard.batch import BatchReader
from acctgate.crossguard.data_sources import (
    AccessKeyPolicy,
    Account,
    CompliancePackReport,
    ConfigRuleCompliance,
    PasswordPolicy,
    SecurityPracticeReport,
    SecurityPreference,
    UserSsoSettings,
)
from acctgate.crossguard.source_types import BATCH_TYPE, COMPONENT_PREFIX, MODULE

_ID: Final = re.compile(r"\d{16}", re.ASCII)
_ARN: Final = re.compile(r"acs:ram::(\d{16}):role/.+", re.ASCII)


class AccountPosture(pulumi.ComponentResource):
    """All data sources of one account, read at every preview."""

    def __init__(
        self,
        resource_name: str,
        region: pulumi.Input[str] | None = None,
        role_arn: pulumi.Input[str] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Read the account.

        Args:
            resource_name: The name in the stack, with which the names of the data sources begin.
            region: ap-southeast-1 for an international account, else cn-shanghai.
            role_arn: A role to assume, to read another account (acs:ram::ACCOUNT:role/NAME).
            endpoint: HOST:PORT of a server on this machine that all calls go to.
            opts: Pulumi's resource options.
        """
        super().__init__(f"{COMPONENT_PREFIX}AccountPosture", resource_name, None, opts)
        where: dict[str, Any] = {"region": region, "role_arn": role_arn, "endpoint": endpoint}
        where["opts"] = pulumi.ResourceOptions(parent=self)
        self.security_preference = SecurityPreference(f"{resource_name}-security-preference", **where)
        self.security_practice_report = SecurityPracticeReport(f"{resource_name}-security-practice-report", **where)
        self.compliance_pack_reports = CompliancePackReport(f"{resource_name}-compliance-pack-reports", **where)
        self.config_rule_compliance = ConfigRuleCompliance(f"{resource_name}-config-rule-compliance", **where)
        self.password_policy = PasswordPolicy(f"{resource_name}-password-policy", **where)
        self.user_sso_settings = UserSsoSettings(f"{resource_name}-user-sso-settings", **where)
        self.access_key_policy = AccessKeyPolicy(f"{resource_name}-access-key-policy", **where)
        self.account_id = self.security_preference.account_id
        """The account that was read. Absent if GetCallerIdentity failed."""
        self.register_outputs({"account_id": self.account_id})


class _Accounts(Resource, module=MODULE, name=BATCH_TYPE.rpartition(":")[2]):
    """Starts to read the accounts of an organization."""


class OrganizationPosture(pulumi.ComponentResource):
    """Many accounts, one resource for each, read in parallel at every preview."""

    def __init__(
        self,
        resource_name: str,
        accounts: Sequence[str] | Mapping[str, pulumi.Input[str] | None],
        role_name: str | None = None,
        region: pulumi.Input[str] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Read the accounts.

        Args:
            resource_name: The name in the stack, with which the names of the accounts' resources begin.
            accounts: Account IDs, which need `role_name`, or the ARNs of roles to assume (acs:ram::ACCOUNT:role/NAME).
                A mapping gives each a name of its own; there, None is the account of the default credentials, and a
                value may be an output: the role that an explicit provider assumes.
            role_name: The role to assume in each account that is given by its ID.
            region: ap-southeast-1 for international accounts, else cn-shanghai.
            endpoint: HOST:PORT of a server on this machine that all calls go to.
            opts: Pulumi's resource options.

        Raises:
            ValueError: There is no account, one is invalid, or one is listed twice.
        """
        roles = _roles(accounts, role_name)
        super().__init__(f"{COMPONENT_PREFIX}OrganizationPosture", resource_name, None, opts)
        where = {"region": region, "endpoint": endpoint}
        targets = [{**where, "role_arn": role} for role in roles.values()]
        child = pulumi.ResourceOptions(parent=self)
        batch = _Accounts(BatchReader(), f"{resource_name}-accounts", {"accounts": targets}, child)
        child = pulumi.ResourceOptions(parent=self, depends_on=[batch])
        self.accounts = {
            name: Account(f"{resource_name}-{name}", region, role, endpoint, child) for name, role in roles.items()
        }
        """The accounts, by ID or by the name that the mapping gives."""
        self.register_outputs({"account_ids": [each.account_id for each in self.accounts.values()]})


def _roles(
    accounts: Sequence[str] | Mapping[str, pulumi.Input[str] | None], role_name: str | None
) -> dict[str, pulumi.Input[str] | None]:
    """Return the role to assume for each account, by the account's name.

    Raises:
        ValueError: There is no account, one is invalid, or one is listed twice.
    """
    if isinstance(accounts, str) or not accounts:
        raise ValueError("accounts: a list or a mapping of at least one account is needed")
    if isinstance(accounts, Mapping):
        return _named_roles(accounts, role_name)
    roles: dict[str, pulumi.Input[str] | None] = {}
    for value in accounts:
        role = _role(value, role_name)
        name = role.split(":")[3]
        if name in roles:
            raise ValueError(f"accounts: {name} is listed twice")
        roles[name] = role
    return roles


def _named_roles(
    accounts: Mapping[str, pulumi.Input[str] | None], role_name: str | None
) -> dict[str, pulumi.Input[str] | None]:
    """Return the role to assume for each account, by the name that the mapping gives it.

    Which account an output is of is not known before it is read.
    """
    roles: dict[str, pulumi.Input[str] | None] = {}
    names: dict[str | None, str] = {}
    for name, value in accounts.items():
        roles[name] = role = _role(value, role_name) if isinstance(value, str) else value
        if not isinstance(role, str | None):
            continue
        account = role.split(":")[3] if role else None
        if account in names:
            raise ValueError(f"accounts: {account or 'the default account'} is listed twice: {names[account]}, {name}")
        if account and _ID.fullmatch(name) and name != account:
            raise ValueError(f"accounts: {name} is listed with a role of account {account}")
        names[account] = name
    return roles


def _role(value: object, role_name: str | None) -> str:
    """Return the ARN of the role that reads an account.

    Raises:
        ValueError: The value is neither an account ID nor a role's ARN, or an ID has no role name.
    """
    if not isinstance(value, str) or not (_ID.fullmatch(value) or _ARN.fullmatch(value)):
        raise ValueError(f"accounts: {value!r} is neither an account ID nor a role (acs:ram::ACCOUNT:role/NAME)")
    if _ARN.fullmatch(value):
        return value
    if not role_name:
        raise ValueError(f"accounts: {value} needs a role_name, or give the role (acs:ram::{value}:role/NAME)")
    return f"acs:ram::{value}:role/{role_name}"
