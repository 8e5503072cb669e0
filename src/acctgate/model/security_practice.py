"""GetAccountSecurityPracticeReport (Ims 2019-08-15): the account's security score and the counts behind it.

The formula of the score and the ages of "old" and "unused" keys are unpublished.
"""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from acctgate.model.fields import Count, Percent, answer


@answer
class AccountSecurityPracticeUserInfo(TypedDict, total=False):
    """The counts behind the score."""

    BindMfa: bool
    """Whether the Alibaba Cloud account itself (root) has MFA."""
    RootWithAccessKey: Count
    """AccessKey pairs of the Alibaba Cloud account itself."""
    UnusedAkNum: Count
    """AccessKey pairs of the Alibaba Cloud account itself that are not used."""
    OldAkNum: Count
    """Old AccessKey pairs of the Alibaba Cloud account itself."""
    SubUser: Count
    """RAM users."""
    SubUserBindMfa: Count
    """RAM users that have an MFA device bound."""
    SubUserPwdLevel: Literal["low", "mid", "high"]
    """The required password strength for RAM users."""
    SubUserWithUnusedAccessKey: Count
    """RAM users that have unused AccessKey pairs. (The older document describes it wrongly.)"""
    SubUserWithOldAccessKey: Count
    """RAM users that use old AccessKey pairs."""


@answer
class AccountSecurityPracticeInfo(TypedDict, total=False):
    """The security report of an account (GetAccountSecurityPracticeReport)."""

    Score: Percent
    """The security score, 0 to 100; higher is better."""
    AccountSecurityPracticeUserInfo: AccountSecurityPracticeUserInfo
