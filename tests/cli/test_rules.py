"""`acctgate rules`: the catalogue as text, JSON and Markdown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acctgate.cli import group
from acctgate.rules import RULES


def _rules(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["rules", *arguments])


def test_text_lists_every_rule() -> None:
    lines = _rules().stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [rule.id for rule in RULES]


@pytest.mark.parametrize("columns", ["60", "100", "120", "200"])
def test_no_width_breaks_a_word(columns: str) -> None:
    words = set(CliRunner().invoke(group, ["rules"], env={"COLUMNS": "1000"}).stdout.split()) - {"rule"}  # the header
    assert set(CliRunner().invoke(group, ["rules"], env={"COLUMNS": columns}).stdout.split()) - {"rule"} == words


def test_json() -> None:
    entries = json.loads(_rules("--format", "json").stdout)
    assert [entry["id"] for entry in entries] == [rule.id for rule in RULES]
    (entry,) = [entry for entry in entries if entry["id"] == "session-duration"]
    assert (entry["baseline"], entry["strict"]) == ("mandatory, max_hours: 12", "mandatory, max_hours: 8")
    assert set(entry["parameters"]) == {"max_hours"}


def test_markdown() -> None:
    lines = _rules("-f", "markdown").stdout.splitlines()
    assert len(lines) == len(RULES) + 2
    assert {line.count("|") for line in lines} == {6}


def test_a_policy_s_severities(tmp_path: Path) -> None:
    policy = str(tmp_path / "p.yaml")
    Path(policy).write_text("version: 1\nextends: baseline\nrules: {root-mfa: {severity: low}}\n")
    entries = {each["id"]: each for each in json.loads(_rules("--policy", policy, "-f", "json").stdout)}
    assert (entries["root-mfa"]["severity"], entries["root-access-keys"]["severity"]) == ("low", "critical")
    explained = CliRunner().invoke(group, ["explain", "root-mfa", "--language", "en", "--policy", policy])
    assert "Severity   low (" in explained.stdout and "p.yaml:3; critical by default)\n" in explained.stdout


def test_the_controls_of_a_framework() -> None:
    lines = _rules("--framework", "cis-2.0").stdout.splitlines()
    assert "1.11     password-length minimum: 14" in lines[11] and "Ensure RAM password policy requires" in lines[11]
    assert "1.13     not covered" in lines[13]
    entries = {each["id"]: each for each in json.loads(_rules("--framework", "cis-2.0", "-f", "json").stdout)}
    assert entries["1.12"]["rules"] == {"password-reuse": {"minimum": 5}} and entries["1.12"]["covered"]
    assert not entries["2.1"]["covered"] and entries["2.1"]["reason"] and entries["2.1"]["title_zh"]
    markdown = _rules("--framework", "mlps-2.0", "-f", "markdown").stdout
    assert "[password-attempts](rules.md#password-attempts): `maximum: 5`" in markdown and "Not covered:" in markdown


def test_a_framework_does_not_go_with_a_policy() -> None:
    result = _rules("--framework", "cis-2.0", "--policy", "strict")
    assert (result.exit_code, result.stdout) == (2, "")


def test_rules_name_their_controls() -> None:
    entries = {entry["id"]: entry for entry in json.loads(_rules("--format", "json").stdout)}
    assert entries["root-mfa"]["cis"] == ["1.3"]
    assert entries["root-mfa"]["controls"] == {"cis-2.0": ["1.3"], "mlps-2.0": ["8.1.4.1 d"]}
    assert entries["session-duration"]["controls"] == {}
