"""--fail-on: from which level and which severity on a finding blocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acctgate.evaluate.fail_on import LEVELS, FailOn
from acctgate.model.outcome import SEVERITIES
from acctgate.model.report import AccountReport
from acctgate.policy import load_preset
from tests.support import judge, one_line, seed
from tests.support.process import run_here

DOCUMENT: dict[str, Any] = {"version": 1, "account_id": "1"}


def report() -> AccountReport:
    """Return the baseline on an account of which nothing is known."""
    return judge(DOCUMENT, load_preset("baseline"))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ((), FailOn("mandatory", "low")),
        (("advisory",), FailOn("advisory", "low")),
        (("high",), FailOn("mandatory", "high")),
        (("critical", "advisory"), FailOn("advisory", "critical")),
    ],
)
def test_words(words: tuple[str, ...], wanted: FailOn) -> None:
    assert FailOn.of(words) == wanted


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none",), "none: invalid choice; use mandatory, advisory, low, medium, high, critical"),
        (("disabled",), "disabled: invalid choice"),
        (("High",), "High: invalid choice"),
        (("",), ": invalid choice"),
        (("high", "low"), "high and low: takes one severity"),
        (("advisory", "mandatory"), "advisory and mandatory: takes one level"),
    ],
)
def test_words_that_are_none(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as caught:
        FailOn.of(words)
    assert str(caught.value).startswith(message)


@given(st.sampled_from(LEVELS), st.sampled_from(SEVERITIES))
@settings(deadline=None)
def test_what_blocks_is_mandatory_and_the_rest_advises(level: Any, severity: Any) -> None:
    before = report()
    after = FailOn(level, severity).apply(before)
    blocking = 0
    for old, new in zip(before.outcomes, after.outcomes, strict=True):
        grave = SEVERITIES.index(old.severity) >= SEVERITIES.index(severity)
        blocks = old.level != "disabled" and grave and (old.level != "advisory" or level == "advisory")
        blocking += blocks
        assert new.binding is blocks
        assert (new.level == "disabled") is (old.level == "disabled")
        assert (new.outcome, new.message, new.actual) == (old.outcome, old.message, old.actual)
    assert after.verdict == ("unknown" if blocking else "pass")


def test_the_default_changes_nothing() -> None:
    before = report()
    after = FailOn().apply(before)
    assert after.outcomes == before.outcomes and after.verdict == before.verdict


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ((), 1),  # the score and the root keys bind under the baseline
        (("mandatory",), 1),
        (("critical",), 1),
        (("advisory", "critical"), 1),
        (("advisory,high",), 1),
    ],
)
def test_the_exit_status_follows(tmp_path: Path, values: tuple[str, ...], code: int) -> None:
    arguments = [f"--fail-on={value}" for value in values]
    response = seed("000-security-practice.json")
    done = run_here(
        "check", "--policy", "baseline", "--response", response, *arguments, "--format", "json", cwd=tmp_path
    )
    assert done.status == code
    assert json.loads(done.stdout)["verdict"] == "fail"


def test_a_violation_that_only_advises_blocks_where_it_is_asked_to(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("version: 1\nrules: {mfa-ticket: {level: advisory, allow: false}}")
    preference = {"LoginProfilePreference": {"EnableSaveMFATicket": True}}
    (tmp_path / "s.json").write_text(json.dumps({**DOCUMENT, "SecurityPreference": preference}))
    arguments = ("check", "--snapshot", "s.json", "--policy", "p.yaml")
    codes = {
        words: run_here(*arguments, *(f"--fail-on={word}" for word in words), cwd=tmp_path).status
        for words in ((), ("advisory",), ("advisory", "medium"), ("advisory", "high"), ("medium",))
    }
    assert codes == {(): 2, ("advisory",): 1, ("advisory", "medium"): 1, ("advisory", "high"): 2, ("medium",): 2}


def test_what_is_not_provable_follows_too(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("version: 1\nrules: {mfa-ticket: {level: advisory, allow: false}}")
    (tmp_path / "s.json").write_text(json.dumps(DOCUMENT))
    done = run_here("check", "--snapshot", "s.json", "--policy", "p.yaml", "--fail-on", "advisory", cwd=tmp_path)
    assert done.status == 3
    one_line(done.stderr, "acctgate: unknown: mfa-ticket")


def test_a_wrong_word_is_one_line(tmp_path: Path) -> None:
    done = run_here(
        "check",
        "--policy",
        "baseline",
        "--response",
        seed("000-security-practice.json"),
        "--fail-on",
        "all",
        cwd=tmp_path,
    )
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: --fail-on all: invalid choice; use mandatory, advisory")
