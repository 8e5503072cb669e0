"""The messages of outcomes that are unknown."""

from __future__ import annotations

from acctgate.language import Bilingual, words_of
from acctgate.model.outcome import reason_of, unknown_message


def test_an_unknown_outcome_has_its_reason_in_both_languages() -> None:
    reason = Bilingual("PasswordPolicy was not read", "没有读取 PasswordPolicy")
    message = unknown_message(reason)
    assert words_of(message) == ("unknown: PasswordPolicy was not read", "无法判定：没有读取 PasswordPolicy")
    assert words_of(reason_of(message)) == words_of(reason)


def test_a_message_in_english_only_loses_its_prefix_in_both_languages() -> None:
    assert words_of(reason_of("unknown: no answer")) == ("no answer", "no answer")
    assert words_of(reason_of("9 consoles are open")) == ("9 consoles are open", "9 consoles are open")
