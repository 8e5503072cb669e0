"""The rules' metadata: ids, docs, examples, and the public table of settings, parameters and presets."""

from __future__ import annotations

import re
from typing import Any, Final, get_args

import pytest

from acctgate.language import LANGUAGES, Language, in_language
from acctgate.model.outcome import Severity
from acctgate.policy import load_preset
from acctgate.rules import RULES, Rule
from acctgate.rules.support.entry import NOT_PARAMETERS, SHARED_PARAMETERS
from tests.support import HERE

TABLE: Final = """
| login-mfa | MFAOperationForLogin, EnforceMFAForLogin | require | mandatory, adaptive | mandatory, mandatory |
| mfa-ticket | EnableSaveMFATicket | allow | advisory, false | mandatory, false |
| risk-login | OperationForRiskLogin | require | disabled | advisory |
| session-duration | LoginSessionDuration | max_hours | mandatory, 12 | mandatory, 8 |
| network-masks | LoginNetworkMasks | within, max_addresses, max_public_addresses | advisory | mandatory, 65536 |
| change-password | AllowUserToChangePassword | allow | disabled | advisory, true |
| manage-access-keys | AllowUserToManageAccessKeys | allow | advisory, false | mandatory, false |
| manage-mfa-devices | AllowUserToManageMFADevices | allow | disabled | advisory, true |
| manage-dingtalk | AllowUserToManagePersonalDingTalk | allow | disabled | advisory, false |
| security-score | Score | minimum, max_drop | mandatory, 60 | mandatory, 80 |
| root-access-keys | RootWithAccessKey | maximum | mandatory, 0 | mandatory, 0 |
| root-mfa | BindMfa | – | mandatory | mandatory |
| user-mfa | SubUserBindMfa, SubUser | minimum_ratio | advisory, 1.0 | mandatory, 1.0 |
| password-strength | SubUserPwdLevel | minimum | advisory, mid | mandatory, high |
| unused-root-access-keys | UnusedAkNum | maximum | advisory, 0 | mandatory, 0 |
| old-root-access-keys | OldAkNum | maximum | advisory, 0 | mandatory, 0 |
| unused-access-keys | SubUserWithUnusedAccessKey | maximum | advisory, 0 | mandatory, 0 |
| old-access-keys | SubUserWithOldAccessKey | maximum | advisory, 0 | mandatory, 0 |
| compliance-report | ReportStatus, ReportCreateTimestamp | max_age_days | disabled | advisory, 7 |
| dead-setting | enforceMfaForLogin | – | advisory | mandatory |
| login-lockout | LoginNetworkMasks | keep_reachable | advisory | advisory |
| account-identity | account_id | accounts | mandatory | mandatory |
| passkey-login | AllowUserToLoginWithPasskey | allow | disabled | advisory, true |
| manage-service-credentials | AllowUserToManageServiceCredentials | allow | disabled | advisory, false |
| idle-users | MaxIdleDaysForUsers | max_days | disabled | advisory, 90 |
| idle-access-keys | MaxIdleDaysForAccessKeys | max_days | disabled | advisory, 90 |
| verification-types | VerificationTypes | require | disabled | disabled |
| password-length | MinimumPasswordLength | minimum | disabled | advisory, 14 |
| password-characters | Require… | require | disabled | advisory, all four |
| password-reuse | PasswordReusePrevention | minimum | disabled | advisory, 5 |
| password-age | MaxPasswordAge | max_days | disabled | advisory, 90 |
| password-attempts | MaxLoginAttemps | maximum | disabled | advisory, 5 |
| user-sso | SsoEnabled | require | disabled | disabled |
| access-key-networks | AccessKeyPolicy | within, max_addresses, max_public_addresses | disabled | disabled |
| compliance-rules | ConfigRuleCompliances | max_high, max_medium, max_low, ignore | disabled | advisory, 0 |
| no-loosening | SecurityPreference | except | disabled | advisory |
"""
"""rule, settings, parameters, baseline, strict: word for word what users and other checks rely on."""

ROWS: Final = {
    cells[0]: cells[1:] for cells in (line.strip("| ").split(" | ") for line in TABLE.split("\n")) if cells[1:]
}
KINDS: Final = ("LowercaseCharacters", "UppercaseCharacters", "Numbers", "Symbols")
UNORDERED: Final = {
    "change-password": "the policy says which is stricter: a quick change, or passwords that administrators manage",
    "manage-mfa-devices": "the policy says which is stricter: users bind devices, or administrators do",
    "passkey-login": "the policy says which is stricter: no phishing, or no trust in the users' devices",
    "dead-setting": "its setting does nothing, so no value of it is stricter",
    "login-lockout": "stricter masks lock out more people: the order is that of network-masks",
    "account-identity": "an account is another one, not a stricter one",
    "no-loosening": "it judges changes, by the orders of the other rules",
}
"""Why no value of a rule's setting, and of its parameters, is stricter."""
NOT_IN_STRICT: Final[dict[str, dict[str, Any]]] = {
    "user-sso": {"require": True},
    "verification-types": {"require": ["sms", "email"]},
}
"""Required parameters of the rules that no preset has."""
VALUES: Final = {"true", "false", "mandatory", "high", "enforceVerify"}
"""What a policy expects in Chinese, too: the API's own values."""
BY_PLAN: Final = {"dead-setting", "login-lockout", "no-loosening"}
"""Rules that judge what a deploy does: without a plan they are skipped."""


def test_the_table_names_the_rules_in_their_order() -> None:
    assert [rule.id for rule in RULES] == list(ROWS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_settings_and_parameters_are_the_tables(rule: Rule[Any]) -> None:
    known, takes = ROWS[rule.id][:2]
    read = [name.rsplit(".", 1)[-1] for name in rule.settings]
    also = ["ReportCreateTimestamp"] if rule.id == "compliance-report" else []
    if rule.id == "password-characters":
        assert read == [f"Require{kind}" for kind in KINDS]
    elif rule.id == "access-key-networks":
        assert read == [known, "Status", "Statements"]
    else:
        assert ", ".join([*read, *also]) == known
    parameters = [name for name in rule.text("en").parameters if name not in SHARED_PARAMETERS]
    assert (", ".join(parameters) or "–") == takes
    assert ("planned" in rule.text("en").parameters) == (bool(rule.moved_by_resources) and not rule.keeps_outcome)


@pytest.mark.parametrize("preset", ["baseline", "strict"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_presets_are_the_tables(rule: Rule[Any], preset: str) -> None:
    entry = load_preset(preset).rules[rule.id]
    values = {name: value for name, value in entry.items() if name != "level"}
    values = {} if rule.id == "risk-login" else values  # it takes one value only, which the table leaves out
    if values.get("require") == [kind.removesuffix("Characters").lower() for kind in KINDS]:
        values["require"] = "all four"
    shown = [str(value).lower() if isinstance(value, bool) else str(value) for value in values.values()]
    assert ", ".join([str(entry["level"]), *shown]) == ROWS[rule.id][2 if preset == "baseline" else 3]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_documented_and_has_examples(rule: Rule[Any]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    title, _, reason = rule.doc.strip().partition("\n\n")
    assert title.endswith(".") and len(title) < 80 and len(reason) > 40
    assert rule.title and rule.remediation.endswith(".")
    assert all(rule.text("en").parameters.values()), "each parameter has a docstring"
    for outcome in (*rule.outcomes, *(["skipped"] if rule.id in BY_PLAN else [])):
        assert list((HERE / "rules" / rule.id / outcome).glob("*.yaml")), f"no example of {outcome}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_all_its_texts_in_each_language(rule: Rule[Any], language: Language) -> None:
    text, english = rule.text(language), rule.text("en")
    assert text.title and text.doc and text.remediation
    assert list(text.parameters) == [name for name in rule.entry_schema["properties"] if name not in NOT_PARAMETERS]
    assert all(meaning.strip() for meaning in text.parameters.values())
    if language != "en":
        assert text.title != english.title and text.doc != english.doc and text.remediation != english.remediation
        assert [name for name, meaning in text.parameters.items() if meaning == english.parameters[name]] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_puts_what_a_policy_expects_into_chinese_words(rule: Rule[Any]) -> None:
    entry = {**load_preset("strict").entry(rule.id), **NOT_IN_STRICT.get(rule.id, {})}
    chinese = rule.translations["zh"].expected
    assert chinese is not None, "its Chinese texts have no `expected`"
    english = rule.expected(entry)
    assert in_language(rule.expectation(entry), "en") == english
    assert in_language(rule.expectation(entry), "zh") == chinese(entry)
    assert re.search("[\u4e00-\u9fff]", chinese(entry)) or chinese(entry) == english in VALUES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_how_severe_it_is_and_which_values_are_stricter(rule: Rule[Any]) -> None:
    assert rule.severity in get_args(Severity)
    ordered = rule.setting in rule.orders or rule.actual_order is not None
    assert ordered is (rule.id not in UNORDERED)
    unordered = {name for name in rule.text("en").parameters if rule.parameter_order(name) is None}
    assert not unordered if ordered else unordered <= {"allow"}


def test_what_is_never_unknown_has_no_example_of_it() -> None:
    never = [rule.id for rule in RULES if "unknown" not in rule.outcomes]
    assert never == []
    assert not any((HERE / "rules" / rule / "unknown").exists() for rule in never)


def test_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_every_example_folder_belongs_to_a_rule() -> None:
    folders = {path.name for path in (HERE / "rules").iterdir() if path.is_dir()} - {"__pycache__", "support"}
    assert folders <= {rule.id for rule in RULES}
    kinds = {path.name for path in (HERE / "rules").glob("*/*") if path.is_dir()} - {"__pycache__"}
    assert kinds <= {"pass", "fail", "unknown", "skipped"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rules_module_is_named_after_it(rule: Rule[Any]) -> None:
    module = HERE.parent / "src" / "acctgate" / "rules" / f"{rule.id.replace('-', '_')}.py"
    assert f'id="{rule.id}"' in module.read_text(encoding="utf-8")
