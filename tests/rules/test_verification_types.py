"""verification-types: how the ways are named."""

from __future__ import annotations

import pytest

from acctgate.rules.verification_types import RULE, judge


@pytest.mark.parametrize(
    ("types", "named"),
    [
        ([], "no way"),
        (["sms"], "sms"),
        (["sms", "email"], "sms and email"),
        (["sms", "email", "x"], "sms, email and x"),
    ],
)
def test_the_ways_are_listed_as_in_a_sentence(types: list[str], named: str) -> None:
    assert judge(types, {"level": "mandatory", "require": ["sms"]}).message == f"users can be verified by {named}"


def test_a_way_that_is_required_twice_is_named_once() -> None:
    assert RULE.expected({"level": "mandatory", "require": ["sms", "sms", "email"]}) == "sms and email"
