"""Tables and paragraphs are complete, fit their width, and count a Chinese character as two columns."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from acctgate.render.layout import Layout

TEXTS: Final = st.text(st.sampled_from("abc de-,中文字é…"), max_size=60).map(str.strip)
CODES: Final = re.compile(r"\x1b\[[0-9;]*m")


def paragraph(text: str, width: int) -> list[str]:
    return Layout(width, color=False).paragraph(("", ""), (text, ""), 0).split("\n")


def table(width: int, *rows: tuple[str, ...], fixed: int = 1, indent: int = 2, color: bool = False) -> list[str]:
    """Return the lines of a table whose columns are named by letters."""
    header = tuple("abcdef"[: len(rows[0])])
    cells = [tuple((text, "red") for text in row) for row in rows]
    return "\n".join(Layout(width, color).table(header, cells, fixed, indent)).split("\n")


def letters(*texts: str) -> list[str]:
    """Return all characters but blanks in a stable order."""
    return sorted("".join(texts).replace(" ", "").replace("\n", ""))


@given(TEXTS, st.integers(20, 40))
def test_a_paragraph_fits_and_is_complete(text: str, width: int) -> None:
    lines = paragraph(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert letters(*lines) == letters(text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("a b", 5, ["a b"]),
        ("one two three", 7, ["one two", "three"]),
        ("one two", 3, ["one", "two"]),
        ("a-very-long-word", 6, ["a-very", "-long-", "word"]),
        ("see a-very-long-word", 6, ["see", "a-very", "-long-", "word"]),
        ("登录会话时长", 5, ["登录", "会话", "时长"]),
        ("会话 8 小时", 7, ["会话 8", "小时"]),
        ("long-word 会话", 5, ["long-", "word", "会话"]),
        ("登录，会话。", 6, ["登录，", "会话。"]),
        ("登录，会话", 4, ["登", "录，", "会话"]),
        ("登录（会话）", 6, ["登录", "（会", "话）"]),
        ("规则ram-user-mfa-check（高）", 20, ["规则", "ram-user-mfa-check", "（高）"]),
        ("：：：：", 4, ["：：", "：："]),
        ("aaaaaa bb", 3, ["aaa", "aaa", "bb"]),
        ("aaaaaaaaaaa会话会话会话 aaaaaa会话会", 12, ["aaaaaaaaaaa", "会话会话会话", "aaaaaa会话会"]),
        ("a-long-word会话会话会话 会话", 12, ["a-long-word", "会话会话会话", "会话"]),
    ],
)
def test_lines_break_between_words(text: str, width: int, lines: list[str]) -> None:
    assert paragraph(text, width) == lines


def test_further_lines_of_a_paragraph_are_indented() -> None:
    text = Layout(30, color=False).paragraph(("  head: ", "red"), ("many words that do not fit", ""), 8)
    assert text.split("\n") == ["  head: many words that do not", "        fit"]


def test_columns_are_aligned() -> None:
    assert table(40, ("账号", "a"), ("x", "b")) == ["  a     b", "  账号  a", "  x     b"]
    assert table(40, ("x", "many words that are too many for this"))[1:] == [
        "  x  many words that are too many for",
        "     this",
    ]


def test_the_first_columns_are_never_wrapped() -> None:
    lines = table(70, ("a-name-of-twenty-char", "expected " * 5, "actual " * 9), indent=0)
    assert max(map(len, lines)) <= 70
    assert lines[1].startswith("a-name-of-twenty-char  expected")
    assert all(line.startswith(" " * 21) for line in lines[2:])


def test_a_narrow_table_is_a_list_of_names_and_values() -> None:
    assert table(30, ("a-name-of-twenty-char", "expected value", "")) == [
        "  a-name-of-twenty-char",
        "     b  expected value",
    ]


def test_values_in_a_list_line_up_behind_chinese_names() -> None:
    rows = [(("network-masks", ""), ("最多 65,536 个公网地址", ""), ("0.0.0.0/0", ""))]
    [text] = Layout(34, color=False).table(("规则", "策略要求", "实际值"), rows, fixed=1)
    first, *values = text.split("\n")
    assert first == "  network-masks"
    assert values == ["     策略要求  最多 65,536 个公网", "               地址", "     实际值    0.0.0.0/0"]


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4), st.integers(20, 90))
def test_a_table_is_never_too_wide_and_complete(rows: list[tuple[str, ...]], width: int) -> None:
    lines = table(width, *rows)
    assert all(cell_len(line) <= width for line in lines)
    if lines[0].split() == ["a", "b", "c"]:
        assert letters(*lines) == letters("abc", *("".join(row) for row in rows))
    else:
        assert all(letter in "".join(lines) for row in rows for letter in letters(*row))


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3), st.integers(20, 60))
def test_colour_changes_no_column(rows: list[tuple[str, str]], width: int) -> None:
    colored = table(width, *rows, color=True)
    assert [CODES.sub("", line).rstrip() for line in colored] == table(width, *rows)


def test_without_colour_there_are_no_codes() -> None:
    assert "\x1b" not in "".join(table(40, ("a", "b")))
    assert "\x1b" in "".join(table(40, ("a", "b"), color=True))


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"FORCE_COLOR": "1", "COLUMNS": "20"}])
def test_the_environment_has_no_say(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [table(60, ("a", "b " * 25), color=color) for color in (False, True)]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert [table(60, ("a", "b " * 25), color=color) for color in (False, True)] == expected
