"""What a rule at level `remediate` changes in a planned resource."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.crossguard.remediate import is_repairable, remediated
from acctgate.model.password_request import ACCOUNT_PASSWORD_POLICY, PASSWORD_POLICY
from acctgate.model.preference_keys import PREFERENCE_TYPE
from acctgate.plan.pulumi_values import UNKNOWN_VALUES
from acctgate.rules import RULES
from tests.support import policy_of

ENTRIES: dict[str, dict[str, Any]] = {
    "password-length": {"minimum": 14},
    "password-characters": {"require": ["numbers", "symbols"]},
    "password-attempts": {"maximum": 5},
    "session-duration": {"max_hours": 8},
}
BY_ID = {rule.id: rule for rule in RULES}


def repaired(rule: str, kind: str, **properties: Any) -> Any:
    """Return the properties after the rule has repaired them, None if it changes nothing."""
    entry = policy_of(ENTRIES).rules[rule]
    return remediated(BY_ID[rule], entry, kind, properties)


@pytest.mark.parametrize("kind", [PASSWORD_POLICY.pulumi, ACCOUNT_PASSWORD_POLICY.pulumi])
def test_a_password_policy_is_repaired(kind: str) -> None:
    assert repaired("password-length", kind, minimumPasswordLength=8, hardExpiry=True) == {
        "minimumPasswordLength": 14,
        "hardExpiry": True,
    }
    assert repaired("password-length", kind, minimumPasswordLength=14) is None
    assert repaired("password-length", kind, minimumPasswordLength=min(UNKNOWN_VALUES)) is None
    assert repaired("session-duration", kind, loginSessionDuration=24) is None, "of another resource"


def test_the_two_spellings() -> None:
    assert repaired("password-attempts", PASSWORD_POLICY.pulumi, maxLoginAttemps=0) == {"maxLoginAttemps": 5}
    assert repaired("password-attempts", ACCOUNT_PASSWORD_POLICY.pulumi, maxLoginAttempts=0) == {"maxLoginAttempts": 5}


def test_what_is_left_out_is_the_providers_default_or_stays_left_out() -> None:
    assert repaired("password-length", ACCOUNT_PASSWORD_POLICY.pulumi) == {"minimumPasswordLength": 14}
    assert repaired("password-length", PASSWORD_POLICY.pulumi) is None
    assert repaired("password-characters", PASSWORD_POLICY.pulumi, requireSymbols=False) == {"requireSymbols": True}


def test_a_preference_is_no_password_policy() -> None:
    assert repaired("session-duration", PREFERENCE_TYPE, loginSessionDuration=24, loginNetworkMasks="10.0.0.0/8") == {
        "loginSessionDuration": 8,
        "loginNetworkMasks": "10.0.0.0/8",
    }
    assert repaired("password-length", PREFERENCE_TYPE, minimumPasswordLength=8) is None


def test_the_rules_that_a_password_policy_repairs() -> None:
    assert {rule.id for rule in RULES if is_repairable(rule)} == {
        "password-length",
        "password-characters",
        "password-reuse",
        "password-age",
        "password-attempts",
    }
