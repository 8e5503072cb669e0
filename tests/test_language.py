"""Texts in both languages."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy

import pytest

from acctgate.language import Bilingual, Words, fill, in_language, join

TEXT = Bilingual("at most 8 hours", "最长 8 小时")


def test_a_bilingual_text_is_its_english_form_for_everything_else() -> None:
    assert TEXT == "at most 8 hours"
    assert f"{TEXT}" == "at most 8 hours"
    assert hash(TEXT) == hash("at most 8 hours")
    assert json.dumps([TEXT]) == '["at most 8 hours"]'


def test_a_text_is_shown_in_a_language_if_it_has_that_form() -> None:
    assert in_language(TEXT, "zh") == "最长 8 小时"
    assert in_language(TEXT, "en") == "at most 8 hours"
    assert in_language("plain", "zh") == in_language("plain", "en") == "plain"


def test_both_forms_survive_copies_and_processes() -> None:
    for copied in (pickle.loads(pickle.dumps(TEXT)), deepcopy(TEXT)):
        assert (copied, in_language(copied, "zh")) == ("at most 8 hours", "最长 8 小时")


def test_a_template_takes_each_text_in_its_language() -> None:
    filled = fill(Words("{} ({}, in the baseline)", "{}（{}，已在基线中）"), TEXT, "{braces}")
    assert filled == "at most 8 hours ({braces}, in the baseline)"
    assert filled.zh == "最长 8 小时（{braces}，已在基线中）"


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        (Bilingual("the live value", "线上的值"), "账号声明了线上的值或 8"),
        (Bilingual("8 hours", "8 小时"), "账号声明了 8 小时或 8"),
        ("10.0.0.0/8", "账号声明了 10.0.0.0/8 或 8"),
        ("“值 值”", "账号声明了 “值 值” 或 8"),
        ("值 值", "账号声明了值 值或 8"),
    ],
    ids=["chinese", "ends-chinese", "latin", "quoted", "blank-inside"],
)
def test_no_blank_stays_between_chinese_texts(text: str, chinese: str) -> None:
    """A blank separates Chinese from Latin letters and digits only. Blanks of a text itself stay."""
    template = Words("{} declares {}", "{} 声明了 {}")
    filled = fill(template, Bilingual("the account", "账号"), join(Words(" or ", " 或 "), [text, "8"]))
    assert in_language(filled, "zh") == chinese


def test_texts_are_joined_in_each_language() -> None:
    joined = join(Words("; ", "；"), [TEXT, "plain"])
    assert (joined, joined.zh) == ("at most 8 hours; plain", "最长 8 小时；plain")
