"""Text in columns: nothing is lost, nothing is wider than it may be, and Chinese takes two columns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.render import Frame, renderer
from acctgate.render.columns import Table, painter, width_of, wrap
from tests.support import NOW
from tests.support.reports import CASES

TEXTS = st.text(st.sampled_from("abc de-,中文字é…"), max_size=60)
CODES = re.compile(r"\x1b\[[0-9;]*m")


@given(TEXTS, st.integers(2, 40))
def test_wrapped_text_fits_and_is_whole(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


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
    ],
)
def test_lines_end_between_words(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("", 0), ("中文", 4), ("é", 1)])
def test_width_is_the_terminal_s(text: str, width: int) -> None:
    assert width_of(text) == width


def drawn(table: Table, *rows: tuple[str, ...]) -> list[str]:
    return "\n".join(table.lines([table.row(*map(table.cell, row)) for row in rows])).split("\n")


def test_columns_stand_under_each_other() -> None:
    table = Table(40, 2, (1,), painter(False))
    assert drawn(table, ("账号", "a"), ("x", "b")) == ["  账号  a", "  x     b"]
    assert drawn(table, ("x", "many words that are too many for this")) == [
        "  x  many words that are too many for",
        "     this",
    ]


def test_what_folds_folds_before_what_does_not() -> None:
    rows = [("a-name-of-twenty-char", "expected " * 5, "actual " * 9)]
    lines = drawn(Table(60, 0, (1, 2), painter(False)), *rows)
    assert max(map(len, lines)) <= 60
    assert lines[0].startswith("a-name-of-twenty-char  expected")
    assert all(line.startswith(" " * 21) for line in lines[1:])


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4), st.integers(20, 90))
def test_a_table_is_never_wider_than_its_room(rows: list[tuple[str, ...]], width: int) -> None:
    table = Table(width, 2, (1, 2), painter(False))
    lines = drawn(table, *rows)
    assert all(cell_len(line) <= width for line in lines)
    assert sorted("".join(lines).replace(" ", "")) == sorted("".join(map("".join, rows)).replace(" ", ""))


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3), st.integers(20, 60))
def test_colour_changes_no_column(rows: list[tuple[str, str]], width: int) -> None:
    plain, colored = Table(width, 2, (1,), painter(False)), Table(width, 2, (1,), painter(True))
    told = [plain.row(plain.cell(first, "red"), plain.cell(second, "bold")) for first, second in rows]
    painted = [colored.row(colored.cell(first, "red"), colored.cell(second, "bold")) for first, second in rows]
    bare = CODES.sub("", "\n".join(colored.lines(painted))).split("\n")
    assert [line.rstrip() for line in bare] == [line.rstrip() for line in "\n".join(plain.lines(told)).split("\n")]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("width", [80, 97, 200])
def test_a_verdict_is_never_wider_than_the_terminal(case: str, width: int) -> None:
    for report in evaluate(*CASES[case](), NOW):
        plain = renderer("text", Frame(width=width)).account(report)
        colored = renderer("text", Frame(width=width, color=True)).account(report)
        assert max(map(cell_len, plain.split("\n"))) <= width
        assert CODES.sub("", colored) == plain
        assert all(line == line.rstrip() for line in plain.split("\n"))


def test_a_rule_with_a_very_long_name_is_still_told() -> None:
    outcome = Outcome("x" * 120, "fail", "mandatory", "low", "s", "a b", 1, "m", "Do what must be done, and soon.")
    text = renderer("text", Frame(width=80)).account(AccountReport("1", "fail", (outcome,)))
    assert "x" * 40 in text
    assert " ".join(text.split()).endswith("Do what must be done, and soon.")
