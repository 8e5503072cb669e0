"""`acctgate rules`: the catalogue as text, JSON and Markdown."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result

from acctgate.cli import group
from acctgate.rules import RULES


def _rules(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["rules", *arguments])


def test_text_lists_every_rule() -> None:
    lines = _rules().stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [rule.id for rule in RULES]


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
