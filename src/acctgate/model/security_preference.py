"""GetSecurityPreference (Ims 2019-08-15): the account-wide settings for RAM users.

Every key is optional: older answers lack MFAOperationForLogin and PersonalInfoPreference. A missing value is unknown,
never a default.
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
    """Whether an unusual logon needs verification: autonomous (users can skip it) or enforceVerify."""
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
    """The verification methods that users can choose from."""


@answer
class MaxIdleDays(TypedDict, total=False):
    """The number of idle days after which users and AccessKey pairs are disabled."""

    MaxIdleDaysForUsers: Count
    """For RAM users. Unit: days."""
    MaxIdleDaysForAccessKeys: Count
    """For AccessKey pairs. Unit: days."""


@answer
class SecurityPreference(TypedDict, total=False):
    """The security preferences of an account (GetSecurityPreference, SecurityPreference)."""

    AccessKeyPreference: AccessKeyPreference
    LoginProfilePreference: LoginProfilePreference
    MFAPreference: MFAPreference
    PersonalInfoPreference: PersonalInfoPreference
    VerificationPreference: VerificationPreference
    MaxIdleDays: MaxIdleDays
