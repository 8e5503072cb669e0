"""Values, places and system errors in words."""

from __future__ import annotations

import errno

import pytest

from acctgate.text import and_more, did_you_mean, listed, os_reason, plural


@pytest.mark.parametrize(("items", "text"), [("a", "a"), ("ab", "a or b"), ("abcd", "a, b, c or d")])
def test_items_in_a_sentence(items: str, text: str) -> None:
    assert listed(items, "or") == text


@pytest.mark.parametrize("word", ["root-mfaa", "ROOT-MFA", "Root_Mfa"])
def test_a_misspelled_name(word: str) -> None:
    assert did_you_mean(word, ["user-mfa", "root-mfa"]) == " (did you mean root-mfa?)"
    assert did_you_mean("CHANGEUSER", ["changeUser"]) == " (did you mean changeUser?)"
    assert did_you_mean(word, ["x"]) == ""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "gone.json"), "no such file or directory"),
        (OSError("Too bad"), "too bad"),
        (OSError(), "input/output error"),
    ],
)
def test_the_reason_of_an_error_of_the_system(error: OSError, reason: str) -> None:
    assert os_reason(error) == reason


@pytest.mark.parametrize(("count", "suffix"), [(0, ""), (1, " (and 1 more)"), (1234, " (and 1,234 more)")])
def test_and_more(count: int, suffix: str) -> None:
    assert and_more(count) == suffix


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "rule", "0 rules"),
        (1, "address", "1 address"),
        (2, "address", "2 addresses"),
        (1234, "day", "1,234 days"),
    ],
)
def test_plural(count: int, noun: str, text: str) -> None:
    assert plural(count, noun) == text
