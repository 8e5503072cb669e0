"""One rule explained, in English and in Chinese: the same facts in both."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from acctgate.cli import group
from acctgate.language import LANGUAGES, Language, preferred
from acctgate.reference import catalogue
from acctgate.rules import RULES, Rule

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def facts(text: str) -> set[str]:
    """Return what a translation keeps: code spans, API names, networks and versions."""
    code = re.findall(r"`([^`]+)`", text)
    names = re.findall(r"\b[A-Za-z]+(?:[a-z][A-Z]|_[a-z])\w*", text)
    return {*code, *names, *re.findall(r"\d+(?:[./]\d+)+", text)} - {"DingTalk"}


def explained(*arguments: str, **environment: str) -> str:
    """Return the output of `acctgate explain`."""
    locale: dict[str, str | None] = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None, **environment}
    done = CliRunner().invoke(group, ["explain", *arguments], env=locale)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def test_each_rule_has_its_chinese() -> None:
    assert [rule.id for rule in RULES if "zh" in rule.translations] == [rule.id for rule in RULES]


@each_rule
def test_both_languages_have_the_same_facts(rule: Rule[Any]) -> None:
    english, chinese = (rule.text(language) for language in LANGUAGES)
    assert facts(english.doc) == facts(chinese.doc)
    assert facts(english.remediation) == facts(chinese.remediation)
    assert list(english.parameters) == list(chinese.parameters)
    assert english.doc.count("\n\n") == chinese.doc.count("\n\n"), "paragraph by paragraph"


@each_rule
def test_the_chinese_is_chinese(rule: Rule[Any]) -> None:
    text = rule.text("zh")
    for said in (text.title, *text.doc.split("\n\n"), text.remediation, *text.parameters.values()):
        assert re.search(r"[\u4e00-\u9fff]{2}", said)
        assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9`]|[A-Za-z0-9`][\u4e00-\u9fff]", said), (
            "a blank between scripts"
        )
        assert not re.search(r"[\u4e00-\u9fff][,.;:?!()]", said), "full-width punctuation"
    assert not text.title.endswith("。")
    for sentence in (*text.doc.split("\n\n"), text.remediation, *text.parameters.values()):
        assert sentence.endswith("。") and "\n" not in sentence


@each_rule
def test_explained_in_chinese(rule: Rule[Any]) -> None:
    said = explained(rule.id, "--language", "zh")
    text = rule.text("zh")
    assert said.startswith(f"{rule.id}：{text.title}\n\n{text.doc}\n\n严重程度   ")
    assert said.endswith(f"\n修复建议\n  {text.remediation}\n")
    english = explained(rule.id, "--language", "en")
    assert rule.doc.strip() in english and rule.remediation in english
    for line in english.splitlines():
        if line.startswith(("Baseline  ", "Strict  ", "CIS  ", "MLPS  ")):
            assert line in said


def test_the_whole_text_in_both_languages() -> None:
    assert explained("root-mfa", "--language", "en") == (
        "root-mfa: MFA for root\n\n"
        "The Alibaba Cloud account itself has MFA.\n\n"
        "Root can do everything, so a password alone must never be enough to log on as root.\n\n"
        "Severity   critical\n"
        "Setting    AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo.BindMfa\n"
        "Baseline   mandatory\n"
        "Strict     mandatory\n"
        "Names      root without an MFA device (--names: ram:GetCredentialReport + ram:GenerateCredentialReport)\n"
        "CIS        Alibaba Cloud Foundation Benchmark 1.3\n"
        "MLPS       2.0 level 3 (GB/T 22239-2019) 8.1.4.1 d\n\n"
        "Remediation\n"
        "  Log on as the Alibaba Cloud account and bind an MFA device (Account Center, Security Settings, Account "
        "Protection).\n"
    )
    assert explained("network-masks", "--language", "zh").partition("\n严重程度")[2] == (
        "   高\n"
        "设置项     SecurityPreference.LoginProfilePreference.LoginNetworkMasks\n"
        "参数       within：列出的每个网络都必须位于这些网络之内：不含主机位的 CIDR 网段。\n"
        "           max_addresses：列出的网络合计最多覆盖的地址数，不小于 1。\n"
        "           max_public_addresses：列出的网络合计最多覆盖的公网可达地址数，不小于 0。\n"
        "Baseline   advisory\n"
        "Strict     mandatory, max_public_addresses: 65536\n\n"
        "修复建议\n"
        "  将 LoginNetworkMasks 设为自有网络（SecurityPreference 资源的 loginNetworkMasks）。"
        "在该资源中省略它会将其清空。\n"
    )


def test_a_custom_rule_is_explained_in_english_and_has_no_presets() -> None:
    own = replace(RULES[0], id="my-own", translations={})
    assert own.text("zh").doc == RULES[0].doc.strip()
    said = catalogue.explain(own, "zh")
    assert said.startswith("my-own：MFA at console logon\n") and "Baseline" not in said


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "de_DE.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "ZH"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_locale_decides(environment: dict[str, str], language: Language) -> None:
    assert preferred(environment) == language
    first = explained("mfa-ticket", **environment).partition("\n")[0]
    assert first == {"en": "mfa-ticket: MFA remembered for 7 days", "zh": "mfa-ticket：7 天内免 MFA"}[language]


def test_the_option_wins_over_the_locale() -> None:
    assert explained("mfa-ticket", "--language", "en", LANG="zh_CN.UTF-8").startswith("mfa-ticket: ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_have_each_rule_with_its_table_and_examples(language: Language) -> None:
    page = catalogue.markdown_page(language, {rule.id: {"pass": "a: 1\n", "fail": "b: 2\n"} for rule in RULES})
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [rule.id for rule in RULES]
    assert page.count("```yaml\na: 1\n```") == page.count("```yaml\nb: 2\n```") == len(RULES)
    for rule in RULES:
        text = rule.text(language)
        assert text.doc in page and text.remediation in page
        assert all(f"`{name}` | {meaning} |" in page for name, meaning in text.parameters.items())


@each_rule
def test_the_explanation_has_every_part(rule: Rule[Any]) -> None:
    text = explained(rule.id, "--language", "en")
    for part in (rule.title, rule.doc.strip(), rule.setting, rule.remediation, "Baseline", "Strict"):
        assert part in text
