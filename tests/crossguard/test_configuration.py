"""Pulumi's configuration of the pack: what it changes, and that every report names what it disables or loosens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel

from acctgate.crossguard.background_reader import BackgroundReader
from acctgate.crossguard.configuration import ACCOUNT_POLICY, PolicySettings, configure
from acctgate.crossguard.judged_stack import JudgedStack
from acctgate.crossguard.pack_policies import config_schema, policies
from acctgate.crossguard.pack_process import PackProcess
from acctgate.demo import DemoServer
from acctgate.model.report_document import read_report
from acctgate.policy import Policy, load_preset
from acctgate.policy.identity import digest, judged_by
from acctgate.rules import RULES
from acctgate.rules.base import Rule
from tests.support import NOW, policy_of

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
        ("session-duration", "advisory", {"max_hours": "x"}, "session-duration: level advisory was mandatory"),
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
def test_the_schema_of_a_rule_refers_to_nothing(rule: Rule[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine takes properties without their definitions; with a reference, no preview starts."""
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    published = config_schema(rule, STRICT.rules[rule.id])
    monkeypatch.setenv("PULUMI_STACK", "dev")
    schema = config_schema(rule, STRICT.rules[rule.id])
    for each in (published, schema):
        assert "$ref" not in json.dumps(each) and "$defs" not in json.dumps(each)
        assert set(each) == set(rule.entry_schema["properties"]) - {"level"}
    assert all(each["description"] for each in published.values()), "only a published pack shows them"
    assert [each.get("type") for each in schema.values()] == [each.get("type") for each in published.values()]


SWITCH = {"allow": False}
GROUPED: Policy = policy_of(
    {"session-duration": {"level": "advisory", "max_hours": 12}, "root-mfa": {}},
    groups={
        "prod": {"match": {"folder": "/prod"}, "rules": {"session-duration": {"level": "mandatory", "max_hours": 4}}}
    },
)


@pytest.mark.parametrize(
    ("level", "parameters", "outside", "inside"),
    [
        # What the engine sends without any configuration: the declared level, and no parameters.
        ("remediate", {}, ("advisory", 12), ("mandatory", 4)),
        ("mandatory", {}, ("mandatory", 12), ("mandatory", 4)),
        ("remediate", {"max_hours": 12}, ("advisory", 12), ("mandatory", 12)),
        ("remediate", {"max_hours": 8}, ("advisory", 8), ("mandatory", 8)),
        ("advisory", {"max_hours": 12}, ("advisory", 12), ("advisory", 12)),
        ("disabled", {}, ("disabled", 12), ("disabled", 4)),
    ],
)
def test_what_pulumi_is_given_overrides_the_policy_and_its_groups(
    level: Any, parameters: dict[str, Any], outside: tuple[str, int], inside: tuple[str, int]
) -> None:
    policy = configure(GROUPED, {"session-duration": PolicySettings(level, parameters)}).policy
    found = [(each["level"], dict(each)["max_hours"]) for each in policy.possible_entries("session-duration")]
    assert found == [outside, inside]


def test_a_rule_that_the_file_does_not_name_gets_its_level_outside_of_groups() -> None:
    """Also one that groups name: in them, its entry stays, and a level counts for both."""
    base = policy_of({"root-mfa": {}}, groups={"prod": {"match": {"folder": "/prod"}, "rules": {"mfa-ticket": SWITCH}}})
    settings = {
        "session-duration": PolicySettings("mandatory", {"max_hours": 8}),
        "mfa-ticket": PolicySettings("advisory", {"allow": False}),
    }
    policy = configure(base, settings).policy.in_groups(())
    assert policy.rules["session-duration"] == {"level": "mandatory", "max_hours": 8}
    assert policy.rules["mfa-ticket"] == {"level": "advisory", "allow": False}
    only = configure(base, {"mfa-ticket": PolicySettings("remediate", {"allow": True})}).policy
    assert [only.in_groups(names).rules["mfa-ticket"]["level"] for names in ((), ("prod",))] == [
        "disabled",
        "mandatory",
    ], "parameters alone enable no rule, and disable none"


def test_an_override_of_a_group_is_named_and_an_invalid_one_is_unknown() -> None:
    configured = configure(GROUPED, {"session-duration": PolicySettings("remediate", {"max_hours": 20})})
    assert [text.partition(" (")[0] for text in configured.overrides(NOW.date())] == [
        "--policy-pack-config: session-duration: max_hours 20 was 12",
        "--policy-pack-config: groups.prod: session-duration: max_hours 20 was 4",
    ]
    invalid = configure(GROUPED, {"session-duration": PolicySettings("advisory", {"max_hours": 99})})
    assert "should be less than or equal to 24" in invalid.policy.unusable["session-duration"]
    assert invalid.overrides(NOW.date()) == (
        "--policy-pack-config: groups.prod: session-duration: level advisory was mandatory",
    ), "an unknown outcome blocks there no more"


def test_the_pack_declares_what_nobody_would_give_for_every_account() -> None:
    declared = {each.name: each for each in policies(PackProcess(GROUPED)) if each.name != ACCOUNT_POLICY}
    assert declared["session-duration"].enforcement_level == EnforcementLevel.REMEDIATE
    schema = declared["session-duration"].config_schema
    assert schema is not None and "default" not in json.dumps(schema.properties)
    assert declared["session-duration-advisory"].enforcement_level == EnforcementLevel.ADVISORY
    assert declared["root-mfa"].enforcement_level == EnforcementLevel.MANDATORY
    assert "root-mfa-advisory" not in declared
