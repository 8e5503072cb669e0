"""The report as the pack hands it over: whole, of this run, or refused."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from acctgate import Snapshot, judge, load_policy
from acctgate.crossguard import report_file, variables
from acctgate.crossguard.engine import search_path
from acctgate.crossguard.report_file import ReportError
from acctgate.model.report_document import RunIdentity

RUN = RunIdentity("abc", "gate", "prod")
ACCOUNT = {"account": "1", "verdict": "pass", "outcomes": []}
REPORT: dict[str, Any] = {"version": 1, "verdict": "pass", "accounts": [ACCOUNT], "counts": {}}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that the variables of a run name."""
    path = tmp_path / "report.json"
    for name, value in {variables.REPORT: str(path), variables.RUN: "abc"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PULUMI_PROJECT", "gate")
    monkeypatch.setenv("PULUMI_STACK", "prod")
    return path


def test_what_is_written_can_be_read(file: Path) -> None:
    report_file.write(json.dumps(REPORT))
    assert json.loads(file.read_text()) == {**REPORT, "run": {"id": "abc", "project": "gate", "stack": "prod"}}
    assert report_file.read(file, RUN).run == RUN
    assert list(file.parent.iterdir()) == [file], "no draft is left"


def test_without_the_variable_nothing_is_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variables.REPORT)
    report_file.write(json.dumps(REPORT))
    report_file.remove()
    assert not file.exists()


def test_an_earlier_report_is_removed(file: Path) -> None:
    file.write_text("old")
    report_file.remove()
    assert not file.exists()
    report_file.remove()
    file.mkdir()
    with pytest.raises(ReportError, match=r"report\.json: "):
        report_file.remove()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"run": {"id": "old", "project": "gate", "stack": "prod"}}, "belongs to another run"),
        ({"run": {"id": "abc", "project": "gate", "stack": "dev"}}, "is about gate/dev, not gate/prod"),
        ({"run": {"id": "abc", "project": "site", "stack": "prod"}}, "is about site/prod, not gate/prod"),
        ({"run": None}, "belongs to another run"),
        ({"accounts": []}, "judges no account"),
        ({"version": 2}, "cannot be used"),
    ],
)
def test_a_report_of_something_else_is_refused(file: Path, change: dict[str, Any], reason: str) -> None:
    file.write_text(json.dumps({**REPORT, "run": {"id": "abc", "project": "gate", "stack": "prod"}, **change}))
    with pytest.raises(ReportError, match=reason):
        report_file.read(file, RUN)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_broken_report_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ReportError, match="cannot be used"):
        report_file.read(file, RUN)


def test_a_missing_report_is_refused(file: Path) -> None:
    with pytest.raises(ReportError, match="left no report: nothing was judged"):
        report_file.read(file, RUN)


def test_a_report_without_the_controls_that_were_asked_for_is_refused() -> None:
    rule = judge([Snapshot.from_document({"version": 1})], load_policy("strict"), frameworks=["cis-2.0"])
    report_file.require_frameworks(rule, ["cis-2.0"])
    with pytest.raises(ReportError, match=r"has not judged mlps-2\.0; update acctgate"):
        report_file.require_frameworks(rule, ["cis-2.0", "mlps-2.0"])


def test_a_programs_own_providers_do_not_learn_where_the_report_goes(tmp_path: Path) -> None:
    """They are the program's code, and run in a process that the engine starts."""
    engine = tmp_path / "pulumi"
    search_path(engine, tmp_path)
    script = tmp_path / "pulumi-resource-pulumi-python"
    if not script.exists():
        pytest.skip("an official language host is installed, which brings its own script")
    show = tmp_path / "show"
    show.write_text("#!/bin/sh\nenv\n")
    show.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "PULUMI_PYTHON_CMD": str(show), "OTHER": "1"}
    given = {**environment, variables.REPORT: "/report", variables.RUN: "1"}
    done = subprocess.run([script], env=given, capture_output=True, encoding="utf-8", check=True)
    assert "OTHER=1" in done.stdout
    assert "ACCTGATE_" not in done.stdout
