"""Both planned resources for the password policy, laid over the account: created, changed, replaced and destroyed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.language import in_language
from acctgate.model.effect import LEAVES
from acctgate.model.password_request import RESOURCES, PlannedPasswords, Replacement, effects
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan
from acctgate.policy import Policy
from tests.support import HERE, NOW, policy_of

ACCOUNT: Final = "alicloud_ram_account_password_policy"
SIMPLE: Final = "alicloud_ram_password_policy"
TOKENS: Final = {
    ACCOUNT: "alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy",
    SIMPLE: "alicloud:ram/passwordPolicy:PasswordPolicy",
}
POLICY: Final[Mapping[str, dict[str, Any]]] = {
    "password-length": {"minimum": 14},
    "password-characters": {"require": ["symbols"]},
    "password-reuse": {"minimum": 5},
    "password-age": {"max_days": 90},
    "password-attempts": {"maximum": 5},
}
GOOD: Final = {
    "MinimumPasswordLength": 14,
    "RequireSymbols": True,
    "PasswordReusePrevention": 5,
    "MaxPasswordAge": 90,
    "MaxLoginAttemps": 5,
}
WEAK: Final = {
    "MinimumPasswordLength": 8,
    "RequireSymbols": False,
    "PasswordReusePrevention": 0,
    "MaxPasswordAge": 0,
    "MaxLoginAttemps": 0,
}
ALL: Final = set(POLICY)
SAFE: Final = {
    "minimum_password_length": 14,
    "require_symbols": True,
    "password_reuse_prevention": 5,
    "max_password_age": 90,
    "max_login_attemps": 5,
}


def terraform(kind: str, actions: list[str], before: Any, after: Any, unknown: Any = None) -> dict[str, Any]:
    """Return a plan with one change. What `after` has is configured, and so is what is unknown."""
    change = {"actions": actions, "before": before, "after": after, "after_unknown": unknown or {}}
    given = {name: {"constant_value": value} for name, value in {**(after or {}), **(unknown or {})}.items()}
    resource = {"address": f"{kind}.x", "type": kind, "provider_config_key": "alicloud", "expressions": given}
    return {
        "format_version": "1.2",
        "resource_changes": [{"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x", "change": change}],
        "configuration": {
            "provider_config": {"alicloud": {"name": "alicloud"}},
            "root_module": {"resources": [resource] if after is not None else []},
        },
    }


def report(folder: Path, live: Mapping[str, Any] | None, *plans: Any, policy: Policy | None = None) -> AccountReport:
    """Judge an account with this password policy, after these plans."""
    document: dict[str, Any] = {"version": 1, "account_id": "1111111111111111"}
    document |= {"PasswordPolicy": dict(live)} if live is not None else {}
    planned = []
    for plan in plans:
        (folder / "plan.json").write_text(json.dumps(plan))
        planned += read_plan(str(folder / "plan.json"))
    account = Snapshot.from_document(document)
    return next(iter(evaluate([account], policy or policy_of(POLICY), NOW, planned=planned)))


def outcomes(found: AccountReport) -> dict[str, str]:
    return {each.rule: each.outcome for each in found.outcomes if each.rule in POLICY}


def having(found: AccountReport, outcome: str) -> set[str]:
    return {rule for rule, each in outcomes(found).items() if each == outcome}


def message(found: AccountReport, rule: str) -> str:
    [only] = [each for each in found.outcomes if each.rule == rule]
    return only.message


def spelled(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as the resource spells them."""
    names = {"max_login_attemps": "max_login_attempts"} if kind == ACCOUNT else {}
    return {names.get(name, name): value for name, value in values.items()}


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("live", [GOOD, WEAK, None], ids=["good", "weak", "not-read"])
def test_what_a_new_resource_gives_is_what_will_be(tmp_path: Path, kind: str, live: Any) -> None:
    found = report(tmp_path, live, terraform(kind, ["create"], None, spelled(kind, SAFE)))
    assert having(found, "pass") == ALL
    assert "planned by" in message(found, "password-age")
    assert found.diff is not None if live is WEAK else True


def test_what_a_new_account_policy_leaves_out_gets_the_providers_defaults(tmp_path: Path) -> None:
    found = report(tmp_path, GOOD, terraform(ACCOUNT, ["create"], None, {"max_password_age": 90}))
    assert outcomes(found) == {
        "password-length": "fail",
        "password-characters": "pass",
        "password-reuse": "fail",
        "password-age": "pass",
        "password-attempts": "pass",
    }
    assert "leaves it out, and the provider sends 12 (now 14)" in message(found, "password-length")


def test_a_default_of_the_provider_that_the_plan_shows_counts(tmp_path: Path) -> None:
    plan = terraform(ACCOUNT, ["create"], None, {**spelled(ACCOUNT, SAFE), "max_login_attempts": 0})
    del plan["configuration"]["root_module"]["resources"][0]["expressions"]["max_login_attempts"]
    found = report(tmp_path, GOOD, plan)
    assert having(found, "fail") == {"password-attempts"}
    assert "planned by" in message(found, "password-attempts")


@pytest.mark.parametrize("kind", TOKENS)
def test_a_deferred_resource_repairs_nothing_for_certain(tmp_path: Path, kind: str) -> None:
    plan = terraform(kind, ["create"], None, spelled(kind, SAFE))
    plan["deferred_changes"] = [
        {"reason": "provider_config_unknown", "resource_change": each} for each in plan.pop("resource_changes")
    ]
    assert having(report(tmp_path, WEAK, plan), "unknown") == ALL
    assert having(report(tmp_path, GOOD, plan), "pass" if kind == ACCOUNT else "unknown") == ALL


def test_what_a_new_policy_leaves_out_is_unknown_unless_it_is_the_default(tmp_path: Path) -> None:
    plan = terraform(SIMPLE, ["create"], None, {"max_password_age": 90})
    found = report(tmp_path, GOOD, plan)
    assert (having(found, "pass"), having(found, "unknown")) == ({"password-age"}, ALL - {"password-age"})
    assert "is not documented" in message(found, "password-length")
    weak = report(tmp_path, WEAK, plan)
    assert (having(weak, "pass"), having(weak, "fail")) == ({"password-age"}, ALL - {"password-age"})


def test_an_update_sends_what_has_changed(tmp_path: Path) -> None:
    after = {**SAFE, "max_password_age": 0}
    found = report(tmp_path, GOOD, terraform(SIMPLE, ["update"], SAFE, after))
    assert (having(found, "fail"), having(found, "unknown")) == ({"password-age"}, ALL - {"password-age"})
    removed = {name: value for name, value in SAFE.items() if name != "max_password_age"}
    found = report(tmp_path, GOOD, terraform(SIMPLE, ["update"], SAFE, removed))
    assert "password-age" in having(found, "fail"), "left out means 0"
    everything = report(
        tmp_path,
        WEAK,
        terraform(
            SIMPLE, ["update"], dict.fromkeys(SAFE, 0) | {"minimum_password_length": 8, "require_symbols": False}, SAFE
        ),
    )
    assert having(everything, "pass") == ALL


def test_an_update_of_the_account_policy_sends_everything(tmp_path: Path) -> None:
    before = spelled(ACCOUNT, SAFE)
    found = report(tmp_path, WEAK, terraform(ACCOUNT, ["update"], before, {**before, "max_password_age": 30}))
    assert having(found, "pass") == ALL


@pytest.mark.parametrize("actions", [["delete"], ["create", "delete"]], ids="-".join)
def test_destroying_the_account_policy_resets_it(tmp_path: Path, actions: list[str]) -> None:
    values = spelled(ACCOUNT, SAFE)
    after = None if actions == ["delete"] else values
    found = report(tmp_path, GOOD, terraform(ACCOUNT, actions, values, after))
    assert having(found, "fail") == {"password-length", "password-reuse", "password-age"}
    assert "destroying alicloud_ram_account_password_policy.x resets it to 12 (now 14)" in message(
        found, "password-length"
    )
    assert found.diff is not None
    assert {each.setting: each.direction for each in found.diff.settings}["PasswordPolicy.MaxPasswordAge"] == "looser"


def test_a_replacement_that_deletes_first_keeps_what_it_creates(tmp_path: Path) -> None:
    values = spelled(ACCOUNT, SAFE)
    assert having(report(tmp_path, WEAK, terraform(ACCOUNT, ["delete", "create"], values, values)), "pass") == ALL


@pytest.mark.parametrize(("kind", "actions"), [(SIMPLE, ["delete"]), (SIMPLE, ["no-op"]), (ACCOUNT, ["no-op"])])
def test_what_does_nothing_leaves_the_account_as_it_is(tmp_path: Path, kind: str, actions: list[str]) -> None:
    values = spelled(kind, SAFE)
    after = None if actions == ["delete"] else values
    assert having(report(tmp_path, WEAK, terraform(kind, actions, values, after)), "fail") == ALL
    assert having(report(tmp_path, GOOD, terraform(kind, actions, values, after)), "pass") == ALL


@pytest.mark.parametrize("kind", TOKENS)
def test_what_the_plan_does_not_know_is_unknown(tmp_path: Path, kind: str) -> None:
    given = {name: value for name, value in spelled(kind, SAFE).items() if name != "max_password_age"}
    found = report(tmp_path, GOOD, terraform(kind, ["create"], None, given, {"max_password_age": True}))
    assert having(found, "unknown") == {"password-age"}
    assert "known only after the deploy" in message(found, "password-age")


def test_two_resources_that_contradict_each_other_are_unknown(tmp_path: Path) -> None:
    first = terraform(SIMPLE, ["create"], None, SAFE)
    second = terraform(ACCOUNT, ["create"], None, {**spelled(ACCOUNT, SAFE), "max_password_age": 0})
    found = report(tmp_path, GOOD, first, second)
    assert having(found, "unknown") == {"password-age"}
    assert "one account has one password policy" in message(found, "password-age")
    assert "一个账号只有一个密码策略" in in_language(message(found, "password-age"), "zh")


def test_a_resource_of_another_account_changes_nothing(tmp_path: Path) -> None:
    plan = terraform(SIMPLE, ["create"], None, {"max_password_age": 0})
    role: list[dict[str, Any]] = [{"role_arn": {"constant_value": "acs:ram::2222222222222222:role/x"}}]
    plan["configuration"]["provider_config"]["alicloud"]["expressions"] = {"assume_role": role}
    assert having(report(tmp_path, GOOD, plan), "pass") == ALL
    role[0]["role_arn"] = {"references": ["local.x"]}
    found = report(tmp_path, GOOD, plan)
    assert "password-age" in having(found, "unknown")
    assert "cannot be matched to an account" in message(found, "password-age")


def test_loosening_is_found(tmp_path: Path) -> None:
    policy = policy_of({"no-loosening": {}})
    values = spelled(ACCOUNT, SAFE)
    found = report(tmp_path, GOOD, terraform(ACCOUNT, ["delete"], values, None), policy=policy)
    [outcome] = [each for each in found.outcomes if each.rule == "no-loosening"]
    assert outcome.outcome == "fail"
    assert "MinimumPasswordLength" in outcome.message


def camel(name: str) -> str:
    """Return a name as Pulumi spells it."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


@pytest.mark.parametrize("kind", TOKENS)
def test_plans_of_pulumi(tmp_path: Path, kind: str) -> None:
    urn = f"urn:pulumi:s::p::{TOKENS[kind]}::x"
    inputs = {camel(name): value for name, value in spelled(kind, SAFE).items()}
    state = {"type": TOKENS[kind], "inputs": inputs, "outputs": inputs}
    looser = {**inputs, "maxPasswordAge": 0}
    create = {"steps": [{"op": "create", "urn": urn, "newState": state}]}
    saved = {"resourcePlans": {urn: {"goal": {"inputDiff": {"adds": inputs}}, "state": {}, "steps": ["create"]}}}
    for plan in (create, saved):
        assert having(report(tmp_path, WEAK, plan), "pass") == ALL
    update = {"steps": [{"op": "update", "urn": urn, "oldState": state, "newState": {**state, "inputs": looser}}]}
    names: dict[str, list[str]] = {name: [] for name in inputs}
    goal = {"inputDiff": {"updates": {"maxPasswordAge": 0}}, "propertyDependencies": names}
    saved = {"resourcePlans": {urn: {"goal": goal, "state": inputs, "steps": ["update"]}}}
    for plan in (update, saved):
        found = report(tmp_path, GOOD, plan)
        rest = having(found, "pass" if kind == ACCOUNT else "unknown")
        assert (having(found, "fail"), rest) == ({"password-age"}, ALL - {"password-age"})


def test_pulumi_deletes_the_old_resource_last(tmp_path: Path) -> None:
    urn = f"urn:pulumi:s::p::{TOKENS[ACCOUNT]}::x"
    inputs = {camel(name): value for name, value in spelled(ACCOUNT, SAFE).items()}
    state = {"type": TOKENS[ACCOUNT], "inputs": inputs, "outputs": inputs}
    steps = [
        {"op": op, "urn": urn, "oldState": state, "newState": state}
        for op in ("create-replacement", "replace", "delete-replaced")
    ]
    assert "password-age" in having(report(tmp_path, GOOD, {"steps": steps}), "fail")
    assert having(report(tmp_path, GOOD, {"steps": steps[::-1]}), "pass") == ALL
    delete = {"steps": [{"op": "delete", "urn": urn, "oldState": state}]}
    assert "password-age" in having(report(tmp_path, GOOD, delete), "fail")


def test_a_preview_marks_the_old_resource_that_is_deleted_last(tmp_path: Path) -> None:
    """It shows one step for a replacement, whichever comes first."""
    urn = f"urn:pulumi:s::p::{TOKENS[ACCOUNT]}::x"
    inputs = {camel(name): value for name, value in spelled(ACCOUNT, SAFE).items()}
    state = {"type": TOKENS[ACCOUNT], "inputs": inputs, "outputs": inputs}
    step = {"op": "replace", "urn": urn, "oldState": state, "newState": state}
    assert having(report(tmp_path, GOOD, {"steps": [step]}), "pass") == ALL
    last = {**step, "oldState": {**state, "delete": True}}
    assert "password-age" in having(report(tmp_path, GOOD, {"steps": [last]}), "fail")


def test_a_retained_resource_is_not_destroyed(tmp_path: Path) -> None:
    urn = f"urn:pulumi:s::p::{TOKENS[ACCOUNT]}::x"
    inputs = {camel(name): value for name, value in spelled(ACCOUNT, SAFE).items()}
    state = {"type": TOKENS[ACCOUNT], "inputs": inputs, "outputs": inputs}
    old = {**state, "retainOnDelete": True}
    delete = {"op": "delete", "urn": urn, "oldState": old}
    replace = {"op": "replace", "urn": urn, "oldState": {**old, "delete": True}, "newState": state}
    for step in (delete, replace):
        assert having(report(tmp_path, GOOD, {"steps": [step]}), "pass") == ALL


STEPS_THAT_DESTROY: Final = (
    ["delete"],
    ["create-replacement", "replace", "delete-replaced"],
    ["same", "delete-replaced"],  # what an interrupted replacement has left
    ["update", "delete-replaced"],
)


@pytest.mark.parametrize("steps", STEPS_THAT_DESTROY, ids="-".join)
def test_a_saved_plan_does_not_show_whether_a_resource_is_retained(tmp_path: Path, steps: list[str]) -> None:
    urn = f"urn:pulumi:s::p::{TOKENS[ACCOUNT]}::x"
    inputs = {camel(name): value for name, value in spelled(ACCOUNT, SAFE).items()}
    names: dict[str, list[str]] = {name: [] for name in inputs}
    saved = {"resourcePlans": {urn: {"goal": {"propertyDependencies": names}, "state": inputs, "steps": steps}}}
    assert "password-age" in having(report(tmp_path, GOOD, saved), "unknown")


@pytest.mark.parametrize(
    ("kind", "old", "length", "found"),
    [
        (ACCOUNT, "destroyed", 14, ("either", (12, 14))),
        (ACCOUNT, "destroyed", None, ("either", (12, 12))),
        (ACCOUNT, "kept", 14, ("sets", 14)),
        (ACCOUNT, None, 14, ("sets", 14)),
        (SIMPLE, "destroyed", 14, ("sets", 14)),
        (SIMPLE, "kept", 10, ("either", (10, LEAVES, 8))),
        (SIMPLE, "destroyed", None, ("either", (LEAVES, 8))),
    ],
)
def test_an_update_that_may_be_a_replacement(
    kind: str, old: Replacement | None, length: int | None, found: tuple[str, Any]
) -> None:
    """A replacement sends what has not changed, too, and destroying the old resource resets the account."""
    declared = {} if length is None else {"MinimumPasswordLength": length}
    passwords = PlannedPasswords(declared, {"MinimumPasswordLength": 10}, perhaps_replaced=old)
    effect = effects(RESOURCES[kind], "update", passwords, "passwords")["MinimumPasswordLength"]
    assert (effect.kind, effect.value) == found


RECORDED: Final = sorted((HERE / "plans" / "passwords").glob("*.json"))
"""Plans of OpenTofu with the real provider: the password policy before, the plan, and the policy after the deploy."""


@pytest.mark.parametrize("file", RECORDED, ids=lambda path: path.stem)
def test_what_a_real_plan_predicts_is_what_was_deployed(tmp_path: Path, file: Path) -> None:
    recorded = json.loads(file.read_text(encoding="utf-8"))
    (tmp_path / "plan.json").write_text(json.dumps(recorded["plan"]))
    before = Snapshot.from_document({"version": 1, "account_id": "1", "PasswordPolicy": recorded["before"]})
    [after] = after_deploy([before], read_plan(str(tmp_path / "plan.json")), {})
    predicted = {key: after.read(("PasswordPolicy", key)) for key in recorded["after"]}
    unknown = {key for key, value in predicted.items() if isinstance(value, Unknown)}
    assert {key: value for key, value in predicted.items() if key not in unknown} == {
        key: value for key, value in recorded["after"].items() if key not in unknown
    }
    assert bool(unknown) is (file.stem in ("simple-create", "simple-update")), "what is not sent may be reset"
