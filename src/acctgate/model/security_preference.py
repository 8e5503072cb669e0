"""GetSecurityPreference (Ims 2019-08-15): the account-wide switches for RAM users.

Every key is optional: older answers lack some (seed 003 has neither MFAOperationForLogin nor
PersonalInfoPreference), and what is absent is unknown, never a default.
"""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from acctgate.model.fields import Count, Hours, answer


@answer
class AccessKeyPreference(TypedDict, total=False):
    """The AccessKey pair preference."""

    AllowUserToManageAccessKeys: bool
    """Whether RAM users can manage their own AccessKey pairs."""
    AllowUserToManageServiceCredentials: bool
    """Whether RAM users can manage their own service credentials."""


@answer
class LoginProfilePreference(TypedDict, total=False):
    """The logon preference."""

    EnableSaveMFATicket: bool
    """Whether an MFA device is remembered for seven days."""
    LoginSessionDuration: Hours
    """How long a console session of a RAM user lasts. Unit: hours, 1 to 24."""
    LoginNetworkMasks: str
    """The networks that RAM users may log on from: CIDR blocks or addresses, separated by ";".
    Empty means every network."""
    AllowUserToChangePassword: bool
    """Whether RAM users can change their own passwords."""
    AllowUserToLoginWithPasskey: bool
    """Whether RAM users can log on with a passkey."""
    OperationForRiskLogin: Literal["autonomous", "enforceVerify"]
    """What an unusual logon asks for: autonomous (can be skipped) or enforceVerify."""
    MFAOperationForLogin: Literal["mandatory", "adaptive", "independent"]
    """Whether a console logon needs MFA: mandatory (always), adaptive (unusual logons only) or
    independent (each user's own setting)."""
    EnforceMFAForLogin: bool
    """The older form of MFAOperationForLogin: true is mandatory, false is independent."""


@answer
class MFAPreference(TypedDict, total=False):
    """The MFA preference."""

    AllowUserToManageMFADevices: bool
    """Whether RAM users can manage their own MFA devices."""


@answer
class PersonalInfoPreference(TypedDict, total=False):
    """The personal information preference."""

    AllowUserToManagePersonalDingTalk: bool
    """Whether RAM users can bind and unbind their own DingTalk accounts."""


@answer
class VerificationPreference(TypedDict, total=False):
    """The verification preference."""

    VerificationTypes: list[str]
    """The ways in which a user can prove who they are."""


@answer
class MaxIdleDays(TypedDict, total=False):
    """After how many idle days users and AccessKey pairs are disabled. Unit: days."""

    MaxIdleDaysForUsers: Count
    """Idle days of a RAM user. Unit: days."""
    MaxIdleDaysForAccessKeys: Count
    """Idle days of an AccessKey pair. Unit: days."""


@answer
class SecurityPreference(TypedDict, total=False):
    """The security preferences of an account (GetSecurityPreference, SecurityPreference)."""

    AccessKeyPreference: AccessKeyPreference
    LoginProfilePreference: LoginProfilePreference
    MFAPreference: MFAPreference
    PersonalInfoPreference: PersonalInfoPreference
    VerificationPreference: VerificationPreference
    MaxIdleDays: MaxIdleDays
