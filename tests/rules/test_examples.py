"""Each rule on its examples: tests/rules/<rule>/{pass,fail,unknown,skipped}/*.yaml. Add a file, get a test.

They are what `acctgate test tests/rules` runs; see `acctgate test --help` for what stands in them. Here more is held of
each: its level, its verdict, and what becomes of it where the rule is disabled or advises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.commands.test import Example, find_examples, read_example, run_example
from acctgate.language import in_language
from acctgate.model.report import AccountReport
from acctgate.policy import load_preset
from acctgate.rules import RULES
from tests.support import HERE, NOW, judge, outcomes_of, policy_of
from tests.support.chinese import english_in

FOLDER: Final = HERE / "rules"
EXAMPLES: Final = [read_example(FOLDER, *found) for found in find_examples(FOLDER, {rule.id for rule in RULES})]
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


def judged(example: Example, rules: Mapping[str, Any]) -> AccountReport:
    """Return the report under a policy with these rules."""
    return judge(example.snapshot, policy_of(rules), example.now or NOW, example.planned)


@each_example
def test_example(example: Example) -> None:
    assert run_example(example, load_preset("strict"), NOW).differences == ()
    assert example.rule and example.entry
    report = judged(example, {example.rule: example.entry})
    (outcome,) = outcomes_of(report, example.rule)
    assert outcome.level == example.entry["level"]
    assert report.verdict == {"skipped": "pass"}.get(example.wanted, example.wanted)
    assert outcome.message.isprintable() and outcome.remediation
    assert outcome.message.startswith("unknown: ") is (example.wanted == "unknown")


@each_example
def test_the_message_is_chinese_too(example: Example) -> None:
    report = judged(example, {str(example.rule): example.entry})
    (outcome,) = outcomes_of(report, str(example.rule))
    chinese = in_language(outcome.message, "zh")
    assert re.search("[\u4e00-\u9fff]", chinese) and chinese.isprintable()
    assert english_in(outcome.message) is None


def test_a_text_has_the_same_translation_in_every_rule() -> None:
    """The page has each translation once, by the text."""
    chinese: dict[str, set[str]] = {}
    for example in EXAMPLES:
        (outcome,) = outcomes_of(judged(example, {str(example.rule): example.entry}), str(example.rule))
        for text in (outcome.expected, outcome.message):
            chinese.setdefault(str(text), set()).add(in_language(text, "zh"))
    assert {text: found for text, found in chinese.items() if len(found) > 1} == {}


@each_example
def test_a_disabled_rule_skips_its_examples(example: Example) -> None:
    report = judged(example, {})
    assert {outcome.outcome for outcome in outcomes_of(report, str(example.rule))} == {"skipped"}
    assert report.verdict == "pass"


@each_example
def test_an_advisory_rule_does_not_decide_the_verdict(example: Example) -> None:
    report = judged(example, {str(example.rule): {**(example.entry or {}), "level": "advisory"}})
    assert {outcome.outcome for outcome in outcomes_of(report, str(example.rule))} == {example.wanted}
    assert report.verdict == "pass"


def test_there_are_as_many_as_there_are_files() -> None:
    code = {".py", ".pyc"}
    assert {example.path for example in EXAMPLES} == {
        path for path in FOLDER.rglob("*.*") if path.is_file() and path.suffix not in code
    }
    assert all(Path(example.name).parts[:2] == (example.rule, example.wanted) for example in EXAMPLES)
