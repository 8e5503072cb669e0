"""Which values of a setting are stricter, by the orders of the rules."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.rules import RULES
from acctgate.rules.comparison import Comparison
from acctgate.rules.families import USER_INFO

LOGIN = "SecurityPreference.LoginProfilePreference"
MASKS = f"{LOGIN}.LoginNetworkMasks"


@pytest.mark.parametrize(
    ("setting", "before", "after", "direction", "note"),
    [
        (f"{LOGIN}.MFAOperationForLogin", "independent", "mandatory", "stricter", ""),
        (f"{LOGIN}.MFAOperationForLogin", "mandatory", "adaptive", "looser", ""),
        (f"{LOGIN}.MFAOperationForLogin", "mandatory", "sometimes", "unknown", ""),
        (f"{LOGIN}.LoginSessionDuration", 6, 8, "looser", ""),
        (f"{LOGIN}.LoginSessionDuration", 6, "8", "unknown", ""),
        (f"{LOGIN}.LoginSessionDuration", 6, None, "unknown", "is now unknown"),
        (f"{LOGIN}.EnableSaveMFATicket", True, False, "stricter", ""),
        ("AccountSecurityPracticeInfo.Score", 63, 80, "stricter", ""),
        (f"{USER_INFO}.RootWithAccessKey", 0, 1, "looser", ""),
        (f"{USER_INFO}.SubUserPwdLevel", "mid", "low", "looser", ""),
        (f"{USER_INFO}.SubUser", 1, 2, "changed", ""),
        (
            MASKS,
            "192.168.0.0/16",
            "192.168.0.0/15",
            "looser",
            "adds 65,536 addresses: 192.168.0.0/15 was 192.168.0.0/16",
        ),
        (MASKS, "10.0.0.0/8", "10.0.0.1", "stricter", "removes 16,777,215 addresses: 10.0.0.1/32 was 10.0.0.0/8"),
        (
            MASKS,
            "10.0.0.0/24",
            "10.0.1.0/25",
            "mixed",
            "adds 128 addresses and removes 256: 10.0.1.0/25 was 10.0.0.0/24",
        ),
        (MASKS, "10.0.0.0/9;10.128.0.0/9", "10.0.0.0/8", "changed", "the same addresses, written differently"),
        (MASKS, "10.0.0.0/8", "10.0.0.0/8;10.1.0.0/16", "changed", "the same addresses, written differently"),
        (MASKS, "10.0.0.0/8", "", "looser", "opens every network: was 10.0.0.0/8"),
        (MASKS, " ", "10.0.0.0/8", "stricter", "closes every network but 10.0.0.0/8"),
        (MASKS, "10.0.0.0/8", "office", "unknown", "office cannot be read as a network"),
    ],
)
def test_a_setting_moves(setting: str, before: Any, after: Any, direction: str, note: str) -> None:
    assert Comparison(RULES).compare(setting, before, after) == (direction, note)
