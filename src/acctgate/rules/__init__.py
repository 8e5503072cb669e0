"""The rules, one file each. RULES is their order everywhere: in policies, reports and docs."""

from __future__ import annotations

from typing import Any, Final

from acctgate.rules import (
    account_identity,
    change_password,
    compliance_report,
    dead_setting,
    idle_access_keys,
    idle_users,
    login_lockout,
    login_mfa,
    manage_access_keys,
    manage_dingtalk,
    manage_mfa_devices,
    manage_service_credentials,
    mfa_ticket,
    network_masks,
    old_access_keys,
    old_root_access_keys,
    passkey_login,
    password_strength,
    risk_login,
    root_access_keys,
    root_mfa,
    security_score,
    session_duration,
    unused_access_keys,
    unused_root_access_keys,
    user_mfa,
    verification_types,
)
from acctgate.rules.base import Rule

RULES: Final[tuple[Rule[Any], ...]] = (
    login_mfa.RULE,
    mfa_ticket.RULE,
    risk_login.RULE,
    session_duration.RULE,
    network_masks.RULE,
    change_password.RULE,
    manage_access_keys.RULE,
    manage_mfa_devices.RULE,
    manage_dingtalk.RULE,
    security_score.RULE,
    root_access_keys.RULE,
    root_mfa.RULE,
    user_mfa.RULE,
    password_strength.RULE,
    unused_root_access_keys.RULE,
    old_root_access_keys.RULE,
    unused_access_keys.RULE,
    old_access_keys.RULE,
    compliance_report.RULE,
    dead_setting.RULE,
    login_lockout.RULE,
    account_identity.RULE,
    passkey_login.RULE,
    manage_service_credentials.RULE,
    idle_users.RULE,
    idle_access_keys.RULE,
    verification_types.RULE,
)

__all__ = ["RULES", "Rule"]
