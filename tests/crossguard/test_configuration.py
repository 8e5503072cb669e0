"""Pulumi's configuration of the pack: what it changes, and that every report names what it disables or loosens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from acctgate.crossguard.configuration import ACCOUNT_POLICY, PolicySettings, configure
from acctgate.crossguard.gate import JudgedStack
from acctgate.crossguard.pack_policies import config_schema
from acctgate.crossguard.reader import BackgroundReader
from acctgate.demo import DemoServer
from acctgate.model.report import read_report
from acctgate.policy import Policy, load_preset
from acctgate.policy.identity import digest, judged_by
from acctgate.rules import RULES
from acctgate.rules.base import Rule
from tests.support import NOW

STRICT: Policy = load_preset("strict")


def overrides(rule: str, level: Any, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    return configure(STRICT, {rule: PolicySettings(level, parameters)}).overrides(NOW.date())


@pytest.mark.parametrize(
    ("rule", "level", "parameters", "text"),
    [
        ("root-mfa", "disabled", {}, "root-mfa: level disabled was mandatory"),
        ("root-mfa", "advisory", {}, "root-mfa: level advisory was mandatory"),
        ("session-duration", "mandatory", {"max_hours": 24}, "session-duration: max_hours 24 was 8"),
        ("login-mfa", "mandatory", {"require": "adaptive"}, "login-mfa: require adaptive was mandatory"),
        ("mfa-ticket", "mandatory", {"allow": True}, "mfa-ticket: allow true was false"),
        ("network-masks", "mandatory", {"max_public_addresses": 1 << 20}, "network-masks: max_public_addresses"),
        ("session-duration", "advisory", {"max_hours": 4}, "session-duration: level advisory was mandatory"),
    ],
)
def test_what_is_loosened_is_named(rule: str, level: str, parameters: dict[str, Any], text: str) -> None:
    [found] = overrides(rule, level, parameters)
    assert found.startswith(f"--policy-pack-config: {text}")


@pytest.mark.parametrize(
    ("rule", "level", "parameters"),
    [
        ("root-mfa", "mandatory", {}),
        ("root-mfa", "remediate", {}),
        ("risk-login", "mandatory", {}),
        ("session-duration", "mandatory", {"max_hours": 4}),
        ("session-duration", "mandatory", {"max_hours": "x"}),  # the rule is unknown, which is not looser
        (ACCOUNT_POLICY, "advisory", {"region": "cn-hangzhou"}),
    ],
)
def test_what_is_equal_or_stricter_is_not(rule: str, level: str, parameters: dict[str, Any]) -> None:
    assert overrides(rule, level, parameters) == ()


@pytest.mark.parametrize("name", ["role_arn", "snapshot"])
def test_an_empty_role_or_snapshot_does_not_select_the_default_account(name: str, demo: DemoServer) -> None:
    """As from a variable of a pipeline that is not set."""
    given = {"endpoint": demo.endpoint, name: ""}
    settings = configure(STRICT, {ACCOUNT_POLICY: PolicySettings("advisory", given)}).account
    [account] = BackgroundReader(settings).start_account(None).result()
    assert account.unreadable is not None


def test_the_report_has_the_overrides_and_another_digest() -> None:
    configured = configure(STRICT, {"root-mfa": PolicySettings("disabled", {})})
    identity = judged_by(configured.policy, NOW, configured.overrides(NOW.date()))
    found = read_report(JudgedStack().render(identity))
    assert found.policy is not None and found.policy.source == "strict"
    assert found.policy.overrides == ("--policy-pack-config: root-mfa: level disabled was mandatory",)
    assert found.policy.digest == digest(configured.policy) != digest(STRICT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_schema_of_a_rule_refers_to_nothing(rule: Rule[Any]) -> None:
    """The engine takes properties without their definitions; with a reference, no preview starts."""
    schema = config_schema(rule, STRICT.rules[rule.id])
    assert "$ref" not in json.dumps(schema) and "$defs" not in json.dumps(schema)
    assert set(schema) == set(rule.entry_schema["properties"]) - {"level"}
