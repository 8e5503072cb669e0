"""The data of the frameworks: whole, valid for the rules, and only what the sources support."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

import pytest
import yaml

from acctgate import frameworks
from acctgate.frameworks import FRAMEWORKS
from acctgate.frameworks.framework import Control, Framework, cis_controls, load_framework, references
from acctgate.rules import RULES

ALL: Final = [load_framework(name) for name in FRAMEWORKS]
CONTROLS: Final = [pytest.param(each, control, id=control.id) for each in ALL for control in each.controls]
COVERED: Final = [pytest.param(each, control, id=control.id) for each in ALL for control in each.covered]
BY_ID: Final = {rule.id: rule for rule in RULES}
NOT_CIS: Final = {
    *("session-duration", "network-masks", "mfa-ticket", "risk-login", "security-score", "password-age"),
    *("change-password", "manage-access-keys", "manage-mfa-devices", "manage-dingtalk", "idle-users"),
}
"""Rules that no recommendation of the CIS benchmark 2.0 asks for."""


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_file_has_known_keys_only(name: str) -> None:
    data = yaml.safe_load((files(frameworks) / f"{name}.yaml").read_text(encoding="utf-8"))
    assert data["id"] == name
    for section in data["sections"]:
        assert set(section) <= {"id", "title", "reason", "controls"}
        for entry in section.get("controls", []):
            assert set(entry) <= {"id", "title", "rules", "source", "not_judged", "covered", "reason"}
            assert "rules" in entry or entry.get("reason", section.get("reason")), "says why it is not covered"
            assert ("rules" in entry) != (entry.get("covered") is False or "reason" in section)


@pytest.mark.parametrize("framework", ALL, ids=FRAMEWORKS)
def test_ids_are_unique_and_texts_are_in_both_languages(framework: Framework) -> None:
    ids = [control.id for control in framework.controls]
    assert len(ids) == len(set(ids))
    for words in (framework.title, framework.scope, *framework.titles.values()):
        assert words.en and words.zh and words.en != words.zh
        assert words.zh.encode().isascii() is False
    assert framework.title.en.startswith(framework.label)


@pytest.mark.parametrize(("framework", "control"), CONTROLS)
def test_a_control_is_covered_or_says_why_not(framework: Framework, control: Control) -> None:
    assert control.covered is bool(control.rules) is bool(control.source) is not bool(control.reason)
    assert not control.not_judged or control.covered


@pytest.mark.parametrize(("framework", "control"), COVERED)
def test_the_weakest_parameters_are_valid_parameters_of_the_rule(framework: Framework, control: Control) -> None:
    for name, parameters in control.rules.items():
        rule = BY_ID[name]
        entry: Any = rule.entry_adapter.validate_python({"level": "mandatory", **parameters})
        assert not list(rule.faults(entry))
        assert not any(rule.is_trivial(key, value) for key, value in parameters.items()), "it asks for something"


def test_the_mapping_to_cis_controls_is_the_documented_one() -> None:
    cis = load_framework("cis-2.0")
    expected = ["1.2", "1.3", "1.4", *(f"1.{number}" for number in (6, 7, 8, 9, 10, 11, 12, 14))]
    assert [control.id for control in cis.covered] == expected
    assert not NOT_CIS & {name for control in cis.covered for name in control.rules}
    assert {control.id.partition(".")[0] for control in cis.controls} == set("12345678")


def test_a_password_age_is_no_cis_control_any_more() -> None:
    """Version 2.0 asks for 365 days or more, or none: what the rule calls a violation."""
    (control,) = [each for each in load_framework("cis-2.0").controls if each.id == "1.13"]
    assert not control.covered
    assert "365 or more" in control.reason and "password-age" in control.reason


def test_rules_refer_to_the_controls_that_they_cover() -> None:
    assert not any(rule.cis for rule in RULES), "the data of the frameworks is the only definition"
    assert cis_controls(BY_ID["password-characters"]) == ("1.7", "1.8", "1.9", "1.10")
    found = {framework.id: ids for framework, ids in references(BY_ID["user-mfa"])}
    assert found == {"cis-2.0": ("1.4",), "mlps-2.0": ("8.1.4.1 d",)}
    assert list(references(BY_ID["session-duration"])) == []


def test_a_rule_of_a_policy_can_name_controls() -> None:
    class Own:
        id, cis = "own", ("1.15",)

    assert cis_controls(Own()) == ("1.15",)  # type: ignore[arg-type]
