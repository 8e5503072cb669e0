"""The password policy that `acctgate fix` proposes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from acctgate.fix.model import Fix
from acctgate.fix.propose import propose
from acctgate.fix.targets import TARGETS
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_preset
from tests.support import DENIED, NOW, policy_of

WEAK: Final[dict[str, Any]] = {
    "MinimumPasswordLength": 8,
    "RequireLowercaseCharacters": True,
    "RequireUppercaseCharacters": False,
    "RequireNumbers": True,
    "RequireSymbols": False,
    "PasswordReusePrevention": 24,
    "MaxPasswordAge": 0,
    "HardExpire": True,
    "MaxLoginAttemps": 32,
    "MinimumPasswordDifferentCharacter": 3,
    "PasswordNotContainUserName": True,
}


def fixed(document: dict[str, Any], **rules: Any) -> Fix:
    """Return the proposal for an account, by these rules or else by strict."""
    policy = policy_of({name.replace("_", "-"): entry for name, entry in rules.items()})
    return propose(Snapshot.from_document({"version": 1, **document}), policy if rules else load_preset("strict"), NOW)


def declared(fix: Fix) -> dict[str, Any]:
    return {setting.key.api: setting.value for setting in fix.passwords}


def test_everything_is_declared_and_what_complies_stays() -> None:
    fix = fixed({"PasswordPolicy": WEAK})
    assert declared(fix) == WEAK | {
        "MinimumPasswordLength": 14,
        "RequireUppercaseCharacters": True,
        "RequireSymbols": True,
        "MaxPasswordAge": 90,
        "MaxLoginAttemps": 5,
    }
    assert {setting.repairs for setting in fix.passwords} == {
        None,
        "password-length",
        "password-characters",
        "password-age",
        "password-attempts",
    }
    assert not {step.rule for step in fix.steps} & {setting.repairs for setting in fix.passwords}


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_prints_it_beside_the_preference(target: str) -> None:
    login = {"MFAOperationForLogin": "independent", "LoginSessionDuration": 6, "LoginNetworkMasks": "10.0.0.0/8"}
    document = {"SecurityPreference": {"LoginProfilePreference": login}, "PasswordPolicy": WEAK}
    fix = fixed(document, login_mfa={"require": "mandatory"}, password_age={"max_days": 30})
    assert [resource.type.title for resource in fix.resources] == ["SecurityPreference", "PasswordPolicy"]
    text = TARGETS[target].render(fix)
    assert "An account has one password policy." in text
    assert {
        "terraform": '\nresource "alicloud_ram_password_policy" "password_policy" {\n',
        "pulumi-python": '\nalicloud.ram.PasswordPolicy(\n    "password-policy",\n',
        "pulumi-typescript": '\nnew alicloud.ram.PasswordPolicy("password-policy", {\n',
        "pulumi-yaml": "\n  password-policy:\n    type: alicloud:ram/passwordPolicy:PasswordPolicy\n",
    }[target] in text
    assert text.count("import") == text.count("runtime") + (target in ("pulumi-python", "pulumi-typescript")) - (
        target == "pulumi-yaml"
    )


def test_an_absent_setting_is_repaired_and_an_odd_one_is_for_a_person() -> None:
    older = {key: value for key, value in WEAK.items() if key not in ("MaxPasswordAge", "HardExpire")}
    fix = fixed({"PasswordPolicy": older}, password_age={"max_days": 30})
    assert declared(fix) == {**older, "MaxPasswordAge": 30}
    odd = fixed({"PasswordPolicy": {**WEAK, "MaxPasswordAge": "never"}}, password_age={"max_days": 30})
    assert (odd.passwords, [step.rule for step in odd.steps]) == ((), ["password-age"])


@pytest.mark.parametrize("document", [{}, {"errors": {"PasswordPolicy": DENIED}}, {"PasswordPolicy": "none"}])
def test_a_policy_that_cannot_be_read_is_for_a_person(document: dict[str, Any]) -> None:
    fix = fixed(document, password_age={"max_days": 30})
    assert (fix.resources, [step.rule for step in fix.steps]) == ((), ["password-age"])


def test_nothing_is_declared_where_all_rules_are_satisfied() -> None:
    assert fixed({"PasswordPolicy": WEAK}, password_reuse={"minimum": 5}).resources == ()


def test_what_the_resource_cannot_declare_is_said_before() -> None:
    fix = fixed({"PasswordPolicy": {**WEAK, "InitialPasswordAge": 3}}, password_age={"max_days": 30})
    [caution] = fix.cautions
    assert caution.startswith("InitialPasswordAge is now 3. The resource cannot declare it")
    usual = fixed({"PasswordPolicy": {**WEAK, "InitialPasswordAge": 14}}, password_age={"max_days": 30})
    assert usual.cautions == ()
