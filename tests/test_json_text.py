"""JSON that acctgate prints: whatever text it has, a terminal and the log of a CI system see only text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.cli import compliance
from acctgate.commands.doctor.finding import ok
from acctgate.commands.doctor.render import render_json
from acctgate.json_text import dump_document, dumps
from acctgate.sources.compliance.sheet import Sheet
from tests.support.process import run_here

EVIL: Final = "##vso[task.complete] ##[error]x \x1b[31m\x9b31m\u202e\u2028 密码"
RULE: Final = """
from acctgate.rules.base import Judgement, RuleEntry, SettingRule, entry

@entry
class Parameters(RuleEntry, total=False):
    "Parameters."

RULES = [SettingRule(id="acme", title=EVIL, doc=EVIL, severity="low", setting="AccountSecurityPracticeInfo.Score",
    parameters=Parameters, expected=lambda want: EVIL, judge=lambda value, want: Judgement("fail", EVIL, value),
    remediation=EVIL)]
"""


def inert(text: str) -> Any:
    """Return what the JSON has, if nothing in it is more than text."""
    assert "##" not in text and all(char.isprintable() or char in " \n" for char in text)
    return json.loads(text)


@pytest.mark.parametrize("encode", [dumps, dump_document])
def test_values_are_kept(encode: Callable[[Any], str]) -> None:
    document = {EVIL: [EVIL, 1, None, {"a": [EVIL]}]}
    text = encode(document)
    assert inert(text) == document and "密码" in text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a policy that has a rule of its own, an account and an example, all with hostile text."""
    (tmp_path / "acme.py").write_text(f"EVIL = {EVIL!r}\n{RULE}")
    waiver = {"rule": "root-mfa", "reason": EVIL, "owner": EVIL, "expires": "2099-01-01"}
    policy = {"version": 1, "rule_modules": ["acme.py"], "rules": {"acme": None, "root-mfa": None}, "waivers": [waiver]}
    (tmp_path / "p.json").write_text(json.dumps(policy))
    (tmp_path / "s.json").write_text(json.dumps({"version": 1, "alias": EVIL}))
    example = tmp_path / "examples/acme/pass" / "##[x].json"
    example.parent.mkdir(parents=True)
    example.write_text(json.dumps({"version": 1, "AccountSecurityPracticeInfo": {"Score": 1}}))
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--snapshot", "s.json", "--format", "json"),
        ("check", "--snapshot", "s.json", "--format", "ndjson"),
        ("policy", "show", "--format", "json"),
        ("rules", "--format", "json"),
        ("schema", "policy"),
        ("test", "examples", "--format", "json"),
    ],
    ids=" ".join,
)
def test_json_on_standard_output_is_only_text(folder: Path, arguments: tuple[str, ...]) -> None:
    printed = run_here(*arguments, "--policy", "p.json", cwd=folder).stdout
    assert "vso[task" in str(inert(printed))


def test_doctor_prints_only_text() -> None:
    assert inert(render_json([ok(EVIL, EVIL)]))["findings"][0]["detail"] == EVIL


def test_the_rows_of_a_sheet_are_only_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet(EVIL, (), ((EVIL,),))
    monkeypatch.setattr(compliance, "read_sheets", lambda file: [sheet])
    compliance._write_rows(tmp_path / "s.xls", tmp_path / "rows.json")
    assert inert((tmp_path / "rows.json").read_text(encoding="utf-8")) == {EVIL: [[EVIL]]}
