"""The rules, one file each. RULES is their order everywhere: in policies, reports and docs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from acctgate.rules import (
    access_key_networks,
    account_identity,
    change_password,
    compliance_report,
    compliance_rules,
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
    no_loosening,
    old_access_keys,
    old_root_access_keys,
    passkey_login,
    password_age,
    password_attempts,
    password_characters,
    password_length,
    password_reuse,
    password_strength,
    risk_login,
    root_access_keys,
    root_mfa,
    security_score,
    session_duration,
    unused_access_keys,
    unused_root_access_keys,
    user_mfa,
    user_sso,
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
    password_length.RULE,
    password_characters.RULE,
    password_reuse.RULE,
    password_age.RULE,
    password_attempts.RULE,
    user_sso.RULE,
    access_key_networks.RULE,
    compliance_rules.RULE,
    no_loosening.RULE,
)

BUILT_IN: Final[Mapping[str, Rule[Any]]] = {rule.id: rule for rule in RULES}
"""The rules by their ids."""

__all__ = ["BUILT_IN", "RULES", "Rule"]
