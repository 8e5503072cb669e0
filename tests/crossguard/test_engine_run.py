"""The process that runs the engine: what it inherits."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from acctgate.crossguard import variables
from acctgate.crossguard.engine_run import EngineRun, run_engine


def test_the_engine_does_not_inherit_a_claim_about_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty state says that a deploy sends every setting, which would prove what the stack really skips."""
    (script := tmp_path / "python").write_text(f"#!/bin/sh\nenv > {tmp_path}/environment\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    monkeypatch.setenv(variables.STATE, variables.STATE_EMPTY)
    monkeypatch.setenv("PULUMI_HOME", "/home")
    run = EngineRun(project=".", workspace=str(tmp_path), engine="pulumi", inline=False, stack="prod")
    failure = run_engine(run, {}, lambda _: None).failure
    assert failure == "the program's process ended before the preview did (exit status 0)"
    names = {line.partition("=")[0] for line in (tmp_path / "environment").read_text().splitlines()}
    assert "PULUMI_HOME" in names and variables.STATE not in names
    run_engine(run, {variables.STATE: variables.STATE_UNKNOWN}, lambda _: None)
    assert f"{variables.STATE}={variables.STATE_UNKNOWN}\n" in (tmp_path / "environment").read_text()


@pytest.mark.parametrize("line", ["7", "[]", "null", "{}", '{"result": 7}', '{"result": {"x": 1}}', "text", "\\377"])
def test_what_the_program_writes_into_the_pipe_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    result = '{"result": {"failure": "the engine failed"}}'
    (script := tmp_path / "python").write_text(f"#!/bin/sh\nprintf '{line}\\n{result}\\n' >/proc/self/fd/$5\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    run = EngineRun(project=".", workspace=str(tmp_path), engine="pulumi", inline=False)
    assert run_engine(run, {}, lambda _: None).failure == "the engine failed"
