"""Texts in both languages."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy

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


def test_texts_are_joined_in_each_language() -> None:
    joined = join(Words("; ", "；"), [TEXT, "plain"])
    assert (joined, joined.zh) == ("at most 8 hours; plain", "最长 8 小时；plain")
