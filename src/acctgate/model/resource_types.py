"""The types of planned resources, other than a SecurityPreference, that change what rules judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

USER: Final = "alicloud_ram_user"
LOGIN_PROFILE: Final = "alicloud_ram_login_profile"
MFA_DEVICE: Final = "alicloud_ram_virtual_mfa_device"
ACCESS_KEY: Final = "alicloud_ram_access_key"
PASSWORD_POLICIES: Final = ("alicloud_ram_account_password_policy", "alicloud_ram_password_policy")
"""Two types for one setting of the account. Destroying the first resets the account's password policy."""
COMPLIANCE_PACKS: Final = ("alicloud_config_compliance_pack", "alicloud_config_aggregate_compliance_pack")
OTHER_TYPES: Final[Mapping[str, str]] = {
    "alicloud:ram/user:User": USER,
    "alicloud:ram/loginProfile:LoginProfile": LOGIN_PROFILE,
    "alicloud:ram/virtualMfaDevice:VirtualMfaDevice": MFA_DEVICE,
    "alicloud:ram/accessKey:AccessKey": ACCESS_KEY,
    "alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy": PASSWORD_POLICIES[0],
    "alicloud:ram/passwordPolicy:PasswordPolicy": PASSWORD_POLICIES[1],
    "alicloud:cfg/compliancePack:CompliancePack": COMPLIANCE_PACKS[0],
    "alicloud:cfg/aggregateCompliancePack:AggregateCompliancePack": COMPLIANCE_PACKS[1],
}
"""Pulumi's types, and Terraform's, which rules name."""


def bridged_type(terraform: str) -> str:
    """Return Pulumi's type where a program uses the Terraform provider without Pulumi's own package."""
    first, *rest = terraform.removeprefix("alicloud_").split("_")
    name = "".join((first, *map(str.capitalize, rest)))
    return f"alicloud:index/{name}:{name[0].upper()}{name[1:]}"
