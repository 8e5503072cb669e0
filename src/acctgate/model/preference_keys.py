"""How the settings of a SecurityPreference are called: by the API, by Pulumi and by Terraform."""

from __future__ import annotations

from typing import Final, NamedTuple


class PreferenceKey(NamedTuple):
    """One setting that SetSecurityPreference takes."""

    api: str
    """The flat key of SetSecurityPreference, and the last key in GetSecurityPreference's answer."""
    group: str
    """The object that contains it in the response of GetSecurityPreference."""
    pulumi: str
    """The property of alicloud:ram/securityPreference:SecurityPreference."""
    terraform: str
    """The argument of alicloud_ram_security_preference."""

    @property
    def path(self) -> tuple[str, str, str]:
        """Its path in a snapshot."""
        return ("SecurityPreference", self.group, self.api)

    @property
    def setting(self) -> str:
        """How rules and reports name it."""
        return ".".join(self.path)


_LOGIN: Final = "LoginProfilePreference"
MASKS: Final = "LoginNetworkMasks"
HOURS: Final = "LoginSessionDuration"

PREFERENCE_KEYS: Final = (
    PreferenceKey("MFAOperationForLogin", _LOGIN, "mfaOperationForLogin", "mfa_operation_for_login"),
    PreferenceKey("EnableSaveMFATicket", _LOGIN, "enableSaveMfaTicket", "enable_save_mfa_ticket"),
    PreferenceKey("OperationForRiskLogin", _LOGIN, "operationForRiskLogin", "operation_for_risk_login"),
    PreferenceKey(HOURS, _LOGIN, "loginSessionDuration", "login_session_duration"),
    PreferenceKey(MASKS, _LOGIN, "loginNetworkMasks", "login_network_masks"),
    PreferenceKey("AllowUserToChangePassword", _LOGIN, "allowUserToChangePassword", "allow_user_to_change_password"),
    PreferenceKey(
        "AllowUserToLoginWithPasskey",
        _LOGIN,
        "allowUserToLoginWithPasskey",
        "allow_user_to_login_with_passkey",
    ),
    PreferenceKey(
        "AllowUserToManageAccessKeys",
        "AccessKeyPreference",
        "allowUserToManageAccessKeys",
        "allow_user_to_manage_access_keys",
    ),
    PreferenceKey(
        "AllowUserToManageMFADevices",
        "MFAPreference",
        "allowUserToManageMfaDevices",
        "allow_user_to_manage_mfa_devices",
    ),
    PreferenceKey(
        "AllowUserToManagePersonalDingTalk",
        "PersonalInfoPreference",
        "allowUserToManagePersonalDingTalk",
        "allow_user_to_manage_personal_ding_talk",
    ),
    PreferenceKey("MaxIdleDaysForUsers", "MaxIdleDays", "maxIdleDaysForUsers", "max_idle_days_for_users"),
    PreferenceKey(
        "MaxIdleDaysForAccessKeys", "MaxIdleDays", "maxIdleDaysForAccessKeys", "max_idle_days_for_access_keys"
    ),
    PreferenceKey("VerificationTypes", "VerificationPreference", "verificationTypes", "verification_types"),
)
"""The settings, in the order in which people are shown them. Source: pulumi-alicloud 4.0.0, Ims 2019-08-15."""

BY_API: Final = {key.api: key for key in PREFERENCE_KEYS}
"""The settings by the API's names."""
BY_SETTING: Final = {key.setting: key for key in PREFERENCE_KEYS}
"""The settings by the name that rules and reports give them."""
PREFERENCE_TYPE: Final = "alicloud:ram/securityPreference:SecurityPreference"
"""Pulumi's type of the account's SecurityPreference."""
PREFERENCE_TERRAFORM: Final = "alicloud_ram_security_preference"
"""Terraform's type of the account's SecurityPreference."""
DEAD_PROPERTY: Final = ("enforceMfaForLogin", "enforce_mfa_for_login")
"""Accepted by the provider, and neither sent nor read: setting it does nothing."""
DEAD_SETTING: Final = f"SecurityPreference.{DEAD_PROPERTY[0]}"
"""The name of that property in rules and reports."""
DEFAULT_HOURS: Final = 6
"""Where SetSecurityPreference puts LoginSessionDuration when its caller leaves it out."""
LEFT_OUT: Final = {MASKS: "", HOURS: DEFAULT_HOURS}
"""The values that SetSecurityPreference uses for keys that its caller omits. Other keys stay unchanged."""
