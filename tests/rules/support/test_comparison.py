"""Which values of a setting are stricter, by the orders of the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from acctgate.language import in_language
from acctgate.rules import RULES
from acctgate.rules.support.comparison import Comparison, checked_move
from acctgate.rules.support.rule_factories import USER_INFO
from tests.support.chinese import english_in

LOGIN = "SecurityPreference.LoginProfilePreference"
MASKS = f"{LOGIN}.LoginNetworkMasks"
STATEMENTS = "AccessKeyPolicy.Statements"
REMOVED = "removes 8,388,608 addresses: 10.0.0.0/9, was 10.0.0.0/8"
MOVED = "removes 1 address: nothing, was 10.0.0.1/32; adds 1 address: 10.0.0.1/32, was nothing"


def classic(*addresses: str) -> dict[str, Any]:
    """Return a statement of the AccessKey policy for addresses on the Internet."""
    return {"Type": "ClassicWhiteList", "IPList": list(addresses)}


def vpc(name: str, *addresses: str) -> dict[str, Any]:
    """Return a statement for addresses in a VPC."""
    return {"Type": "VPCWhiteList", "Value": name, "IPList": list(addresses)}


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
            "adds 65,536 addresses: 192.168.0.0/15, was 192.168.0.0/16",
        ),
        (MASKS, "10.0.0.0/8", "10.0.0.1", "stricter", "removes 16,777,215 addresses: 10.0.0.1/32, was 10.0.0.0/8"),
        (
            MASKS,
            "10.0.0.0/24",
            "10.0.1.0/25",
            "mixed",
            "adds 128 addresses and removes 256: 10.0.1.0/25, was 10.0.0.0/24",
        ),
        (MASKS, "10.0.0.0/9;10.128.0.0/9", "10.0.0.0/8", "changed", "the same addresses, written differently"),
        (MASKS, "10.0.0.0/8", "10.0.0.0/8;10.1.0.0/16", "changed", "the same addresses, written differently"),
        (MASKS, "10.0.0.0/8", "", "looser", "opens every network: was 10.0.0.0/8"),
        (MASKS, " ", "10.0.0.0/8", "stricter", "closes every network but 10.0.0.0/8"),
        (MASKS, "10.0.0.0/8", "office", "unknown", "office cannot be read as a network"),
        ("PasswordPolicy.MinimumPasswordLength", 8, 14, "stricter", ""),
        ("PasswordPolicy.RequireSymbols", True, False, "looser", ""),
        ("PasswordPolicy.PasswordReusePrevention", 5, 0, "looser", ""),
        ("PasswordPolicy.MaxPasswordAge", 90, 0, "looser", ""),
        ("PasswordPolicy.MaxPasswordAge", 0, 365, "stricter", ""),
        ("PasswordPolicy.MaxPasswordAge", 90, False, "unknown", ""),
        ("PasswordPolicy.MaxLoginAttemps", 0, 32, "stricter", ""),
        ("PasswordPolicy.MaxLoginAttemps", 5, 10, "looser", ""),
        ("UserSsoSettings.SsoEnabled", True, False, "looser", ""),
        ("AccessKeyPolicy.Status", "Active", "Inactive", "looser", ""),
        (STATEMENTS, [classic("10.0.0.0/8")], [classic("10.0.0.0/9")], "stricter", REMOVED),
        (STATEMENTS, [vpc("vpc-1", "10.0.0.1")], [vpc("vpc-2", "10.0.0.1")], "mixed", MOVED),
        (STATEMENTS, [vpc("vpc-1", "10.0.0.1")], [vpc("AllowAllVPC", "10.0.0.1")], "mixed", MOVED),
        (STATEMENTS, [classic("10.0.0.1")], [classic("10.0.0.1"), "x"], "unknown", "a statement cannot be read"),
        (STATEMENTS, [classic("10.0.0.1")], [classic()], "unknown", "a statement cannot be read"),
    ],
)
def test_a_setting_moves(setting: str, before: Any, after: Any, direction: str, note: str) -> None:
    move = Comparison(RULES).compare(setting, before, after)
    assert move == (direction, note)
    assert english_in(move.note) is None


def _fails() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("order", [_fails, lambda: "stricter"], ids=["raises", "returns-text"])
def test_an_order_that_fails_says_so_in_chinese_too(order: Callable[[], object]) -> None:
    move = checked_move(order)
    assert move is not None and move.note.startswith("the rule's order of values r")
    assert in_language(move.note, "zh").startswith("规则的取值顺序") and english_in(move.note) is None


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ({"Status": "Inactive", "Statements": []}, {"Status": "Active", "Statements": []}, "stricter"),
        ({"Status": "Inactive"}, {"Status": "Inactive", "Statements": [classic("10.0.0.1")]}, "changed"),
        (
            {"Status": "Active", "Statements": [classic("10.0.0.1")]},
            {"Status": "Active", "Statements": [classic("0.0.0.0/0")]},
            "looser",
        ),
        ({"Status": "Active", "Statements": []}, {"Status": "Paused"}, "unknown"),
        ({"Status": "Active"}, "none", "unknown"),
    ],
)
def test_an_access_key_policy_moves(before: Any, after: Any, direction: str) -> None:
    move = Comparison(RULES).compare_actual("access-key-networks", "AccessKeyPolicy", before, after)
    assert move.direction == direction


def test_the_kinds_of_characters_move() -> None:
    switches = dict.fromkeys(
        ("RequireLowercaseCharacters", "RequireUppercaseCharacters", "RequireNumbers", "RequireSymbols"), True
    )
    setting = "PasswordPolicy.RequireLowercaseCharacters"
    move = Comparison(RULES).compare_actual(
        "password-characters", setting, switches, {**switches, "RequireNumbers": False}
    )
    assert move.direction == "looser"
