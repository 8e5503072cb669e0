"""Text is never wider than the terminal, and colour changes nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pytest
from rich.cells import cell_len

from acctgate.evaluate.pipeline import evaluate
from acctgate.language import Bilingual, Language
from acctgate.model.outcome import Outcome, Place, Result
from acctgate.model.report import AccountReport, Summary
from acctgate.render import Frame, renderer
from acctgate.render.findings import who
from tests.support import NOW
from tests.support.reports import CASES, rendered

CODES: Final = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("width", [60, 80, 97, 100, 200])
def test_a_verdict_is_never_wider_than_the_terminal(case: str, width: int) -> None:
    for report in evaluate(*CASES[case](), NOW):
        plain = renderer("text", Frame(width=width, verbose=True)).account(report)
        colored = renderer("text", Frame(width=width, color=True, verbose=True)).account(report)
        assert max(map(cell_len, plain.split("\n"))) <= width
        assert CODES.sub("", colored) == plain
        assert all(line == line.rstrip() for line in plain.split("\n"))


def test_a_rule_with_a_very_long_name_is_shown() -> None:
    outcome = Outcome("x" * 120, "fail", "mandatory", "low", "s", "a b", 1, "m", "Do what must be done, and soon.")
    text = renderer("text", Frame(width=80, verbose=True)).account(AccountReport("1", "fail", (outcome,)))
    assert "x" * 40 in text
    assert " ".join(text.split()).endswith("Do what must be done, and soon.")


def test_a_value_that_does_not_explain_a_finding_gives_way_to_the_message() -> None:
    """The masks of an account do not show that its users cannot bind MFA devices."""
    setting, message = "SecurityPreference.LoginProfilePreference.LoginNetworkMasks", "users have no device"
    outcomes = [
        Outcome(rule, "fail", "mandatory", "low", setting, "expected", "10.0.0.0/8", message, "Repair it.")
        for rule in ("login-lockout", "network-masks")
    ]
    text = renderer("text", Frame(verbose=True)).account(AccountReport("1", "fail", tuple(outcomes)))
    shown = {line.split()[1]: line.split("expected ")[-1].strip() for line in text.splitlines() if "✗" in line}
    assert shown == {"login-lockout": message, "network-masks": "10.0.0.0/8"}


def test_waived_rules_do_not_count_as_passing() -> None:
    def outcome(rule: str, result: Result) -> Outcome:
        return Outcome(rule, result, "mandatory", "low", "a.b", "x", "y", "message", "remedy")

    report = AccountReport("1", "pass", (outcome("a", "pass"), outcome("b", "waived")))
    text = renderer("text", Frame(width=80, verbose=True)).account(report)
    assert "account 1: 1 of 2 mandatory rules pass, 1 waived" in text


@pytest.mark.parametrize(("verbose", "shown"), [(False, 5), (True, 7)])
def test_names_are_short_unless_it_is_verbose(verbose: bool, shown: int) -> None:
    names = tuple(f"user{number}@x" for number in range(7))
    outcome = Outcome("user-mfa", "fail", "mandatory", "high", "s", "e", 1, "m", "r", names=names, names_note="why")
    render = renderer("text", Frame(verbose=verbose))
    text = render.account(AccountReport("1", "fail", (outcome,))) + render.end(Summary())
    assert [name in text for name in names] == [number < shown for number in range(7)]
    assert ("and 2 more (why)" in text) is not verbose


def test_names_are_listed_in_chinese() -> None:
    note = Bilingual("why", "原因")
    outcome = Outcome("user-mfa", "fail", "mandatory", "high", "s", "e", 1, "m", "r", names=("a", "b"), names_note=note)
    render = renderer("text", Frame(language="zh"))
    text = render.account(AccountReport("1", "fail", (outcome,))) + render.end(Summary())
    assert "user-mfa：a、b（原因）\n" in text
    assert who(outcome, 1, "zh") == "a 等 2 项（原因）"
    assert who(replace(outcome, names=None), 1, "zh") == "原因"


@pytest.mark.parametrize(
    ("language", "line", "message"),
    [
        ("en", "root-mfa: the waiver by bob@example.org expired on 2026-11-21", "has no MFA;"),
        ("zh", "root-mfa：bob@example.org 的豁免已于 2026-11-21 到期", "主账号未绑定 MFA；"),
    ],
)
def test_an_expired_waiver_is_named_below_the_values(language: Language, line: str, message: str) -> None:
    text = rendered("text", CASES["waived"](), language)
    assert f"     {line}\n" in text and message not in text, "the table shows the value, not the message"


def test_findings_show_the_line_of_the_program() -> None:
    def outcome(rule: str, result: Result, line: int | None) -> Outcome:
        place = Place("infra/main.py", line) if line else None
        return Outcome(rule, result, "mandatory", "low", "s", "1", 2, "m", "r", place=place)

    outcomes = (
        outcome("a", "fail", 7),
        outcome("b", "unknown", 7),
        outcome("c", "fail", 9),
        outcome("d", "fail", None),
    )
    text = renderer("text", Frame(verbose=True)).account(AccountReport("1", "fail", outcomes))
    assert [line.strip() for line in text.splitlines() if "main.py" in line] == [
        "infra/main.py:7: a, b",
        "infra/main.py:9: c",
    ]
