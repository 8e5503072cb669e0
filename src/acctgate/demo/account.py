"""The content of the demo account. It begins with the example values of the APIs' documentation."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from acctgate.demo.credentials import CredentialReports
from acctgate.model.preference_keys import LEFT_OUT, PREFERENCE_KEYS

ACCOUNT_ID: Final = "1234567890123456"
ACCESS_KEY_ID: Final = "acctgate-demo"
# Not a secret: it opens nothing but the demo account on this machine.
ACCESS_KEY_SECRET: Final = "acctgate-demo-secret"  # noqa: S105

_PREFERENCE: Final[dict[str, Any]] = {
    "AccessKeyPreference": {"AllowUserToManageAccessKeys": False, "AllowUserToManageServiceCredentials": False},
    "LoginProfilePreference": {
        "EnableSaveMFATicket": False,
        "LoginSessionDuration": 6,
        "LoginNetworkMasks": "10.0.0.0/8",
        "AllowUserToChangePassword": True,
        "AllowUserToLoginWithPasskey": True,
        "OperationForRiskLogin": "autonomous",
        "MFAOperationForLogin": "adaptive",
    },
    "MFAPreference": {"AllowUserToManageMFADevices": False},
    "PersonalInfoPreference": {"AllowUserToManagePersonalDingTalk": True},
    "MaxIdleDays": {"MaxIdleDaysForUsers": 730, "MaxIdleDaysForAccessKeys": 730},
}
_PRACTICE: Final[dict[str, Any]] = {
    "AccountSecurityPracticeUserInfo": {
        "UnusedAkNum": 0,
        "SubUserWithUnusedAccessKey": 0,
        "RootWithAccessKey": 1,
        "SubUser": 9,
        "BindMfa": False,
        "OldAkNum": 0,
        "SubUserPwdLevel": "low",
        "SubUserWithOldAccessKey": 0,
        "SubUserBindMfa": 0,
    },
    "Score": 63,
}
_PASSWORD_POLICY: Final[dict[str, Any]] = {
    "MinimumPasswordLength": 8,
    "MinimumPasswordDifferentCharacter": 0,
    "RequireLowercaseCharacters": False,
    "RequireUppercaseCharacters": False,
    "RequireNumbers": False,
    "RequireSymbols": False,
    "PasswordNotContainUserName": False,
    "PasswordReusePrevention": 0,
    "MaxPasswordAge": 0,
    "HardExpire": False,
    "InitialPasswordAge": 14,
    "MaxLoginAttemps": 0,
}
_CHARACTERS: Final = tuple(key for key in _PASSWORD_POLICY if key.startswith("Require"))
_USER_SSO: Final[dict[str, Any]] = {
    "SsoEnabled": False,
    "SsoLoginWithDomain": False,
    "AuthnSignAlgo": "rsa-sha256",
    "AuxiliaryDomain": "",
    "MetadataDocument": "",
}
_ACCESS_KEY_POLICY: Final[dict[str, Any]] = {
    "Version": 1,
    "Status": "Inactive",
    "Statements": [{"Type": "VPCWhiteList", "Value": "AllowAllVPC", "IPList": ["::/0", "0.0.0.0/0"]}],
}
_PACK_REPORT: Final[dict[str, Any]] = {
    "ReportUrl": "https://cloud-config-compliance-report.oss-cn-shanghai.aliyuncs.com/CompliancePackReports/"
    "120886317861****/cp-fdc8626622af00f9****/120886317861****-cp-fdc8626622af00f9****-report-202106221046.xls"
    "?Expires=162442****&OSSAccessKeyId=LTAIs86R8H59****&Signature=sWmz4fq7eJEyDoho%2FoDOReZ3s****",
    "ReportStatus": "COMPLETE",
    "CompliancePackId": "cp-fdc8626622af00f9****",
    "AccountId": 0,
    "ReportCreateTimestamp": 1624329965857,
}
_CONFIG_RULES: Final[list[dict[str, Any]]] = [
    {
        "ConfigRuleId": f"cr-demo-{number}",
        "ConfigRuleName": name,
        "ComplianceType": "COMPLIANT" if level > 1 else "NON_COMPLIANT",
        "RiskLevel": level,
    }
    for number, (name, level) in enumerate(
        (("ram-user-mfa-check", 1), ("root-ak-check", 1), ("ram-password-policy-check", 2)), start=1
    )
]


@dataclass(slots=True)
class DemoAccount:
    """One account. A change of a field shows in the next call."""

    account_id: str = ACCOUNT_ID
    preference: dict[str, Any] = field(default_factory=lambda: deepcopy(_PREFERENCE))
    practice: dict[str, Any] = field(default_factory=lambda: deepcopy(_PRACTICE))
    password_policy: dict[str, Any] = field(default_factory=lambda: deepcopy(_PASSWORD_POLICY))
    user_sso: dict[str, Any] = field(default_factory=lambda: deepcopy(_USER_SSO))
    access_key_policy: dict[str, Any] = field(default_factory=lambda: deepcopy(_ACCESS_KEY_POLICY))
    """Served as a JSON text."""
    pack_reports: list[dict[str, Any]] = field(default_factory=lambda: [deepcopy(_PACK_REPORT)])

    config_rules: list[dict[str, Any]] = field(default_factory=lambda: deepcopy(_CONFIG_RULES))
    """The rules of each compliance pack, with their results and risk levels."""
    credentials: CredentialReports = field(default_factory=CredentialReports, compare=False)
    """The credential report. When it is generated, it agrees with `practice`."""

    answers_enforce_mfa: bool = False
    """Whether GetSecurityPreference answers EnforceMFAForLogin too, which only the documentation's prose mentions."""

    @property
    def preference_answer(self) -> dict[str, Any]:
        """What GetSecurityPreference answers."""
        if not self.answers_enforce_mfa:
            return self.preference
        login = self.preference["LoginProfilePreference"]
        enforces = login.get("MFAOperationForLogin") == "mandatory"
        return {**self.preference, "LoginProfilePreference": {**login, "EnforceMFAForLogin": enforces}}

    def set_preference(self, parameters: dict[str, str]) -> None:
        """Do what SetSecurityPreference does with its flat, textual parameters."""
        if "EnforceMFAForLogin" in parameters and "MFAOperationForLogin" not in parameters:
            mode = "mandatory" if parameters["EnforceMFAForLogin"] == "true" else "independent"
            parameters = {**parameters, "MFAOperationForLogin": mode}
        for key in PREFERENCE_KEYS:
            group = self.preference.setdefault(key.group, {})
            if key.api in parameters:
                group[key.api] = _typed(parameters[key.api])
            elif key.api in LEFT_OUT:
                group[key.api] = LEFT_OUT[key.api]

    def set_password_policy(self, parameters: dict[str, str]) -> None:
        """Do what SetPasswordPolicy does. Settings that the call omits stay unchanged."""
        self.password_policy |= {key: _typed(parameters[key]) for key in self.password_policy if key in parameters}

    def comply(self) -> None:
        """Make the account satisfy the preset `strict`, with masks within 10.0.0.0/8."""
        login = self.preference["LoginProfilePreference"]
        login |= {"MFAOperationForLogin": "mandatory", "OperationForRiskLogin": "enforceVerify"}
        self.preference["MFAPreference"]["AllowUserToManageMFADevices"] = True
        self.preference["PersonalInfoPreference"]["AllowUserToManagePersonalDingTalk"] = False
        self.preference["MaxIdleDays"] = {"MaxIdleDaysForUsers": 90, "MaxIdleDaysForAccessKeys": 90}
        self.password_policy |= dict.fromkeys(_CHARACTERS, True)
        self.password_policy |= {"MinimumPasswordLength": 14, "PasswordReusePrevention": 5}
        self.password_policy |= {"MaxPasswordAge": 90, "MaxLoginAttemps": 5}
        info = self.practice["AccountSecurityPracticeUserInfo"]
        info |= {"RootWithAccessKey": 0, "BindMfa": True, "SubUserBindMfa": 9, "SubUserPwdLevel": "high"}
        self.practice["Score"] = 95
        for rule in self.config_rules:
            rule["ComplianceType"] = "COMPLIANT"


def _typed(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("["):
        return json.loads(text)
    return int(text) if text.isascii() and text.isdigit() else text
