"""How the members of the demo organization differ from an account that complies with the preset `strict`."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from acctgate.demo.account import DemoAccount

NON_COMPLIANT: Final = "NON_COMPLIANT"
_VIOLATIONS_AT_MOST: Final = 3


def _login(key: str, value: object) -> Callable[[DemoAccount], None]:
    return lambda account: account.preference["LoginProfilePreference"].update({key: value})


def _practice(key: str, value: object) -> Callable[[DemoAccount], None]:
    return lambda account: account.practice["AccountSecurityPracticeUserInfo"].update({key: value})


def _password(key: str, value: object) -> Callable[[DemoAccount], None]:
    return lambda account: account.password_policy.update({key: value})


def _low_score(account: DemoAccount) -> None:
    account.practice["Score"] = 41


def _own_access_keys(account: DemoAccount) -> None:
    account.preference["AccessKeyPreference"]["AllowUserToManageAccessKeys"] = True


_VIOLATIONS: Final[tuple[Callable[[DemoAccount], None], ...]] = (
    _login("MFAOperationForLogin", "independent"),
    _login("MFAOperationForLogin", "adaptive"),
    _login("LoginSessionDuration", 24),
    _login("LoginNetworkMasks", ""),
    _login("EnableSaveMFATicket", True),
    _practice("RootWithAccessKey", 1),
    _practice("BindMfa", False),
    _practice("SubUserPwdLevel", "low"),
    _practice("SubUserWithOldAccessKey", 2),
    _practice("SubUserBindMfa", 3),
    _password("MinimumPasswordLength", 8),
    _low_score,
    _own_access_keys,
)
"""Each makes an account violate one rule of the preset `strict`, some of them of `baseline` too."""


def vary(account: DemoAccount, chance: random.Random, *, compliant: bool) -> None:
    """Give an account values of its own.

    Args:
        account: An account that complies.
        chance: Decides on the values.
        compliant: Whether it still complies with `strict`. If not, it violates up to three rules.
    """
    info = account.practice["AccountSecurityPracticeUserInfo"]
    info["SubUser"] = info["SubUserBindMfa"] = chance.randint(4, 60)
    account.practice["Score"] = chance.randint(82, 100)
    account.preference["LoginProfilePreference"]["LoginSessionDuration"] = chance.randint(1, 8)
    account.preference["LoginProfilePreference"]["LoginNetworkMasks"] = f"10.{chance.randrange(256)}.0.0/16"
    if not compliant:
        account.config_rules[chance.randrange(len(account.config_rules))]["ComplianceType"] = NON_COMPLIANT
        for violate in chance.sample(_VIOLATIONS, chance.randint(1, _VIOLATIONS_AT_MOST)):
            violate(account)
