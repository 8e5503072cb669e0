"""Which line of a program declares a resource."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from acctgate.crossguard import variables
from acctgate.crossguard.positions import PositionRecorder, positions
from acctgate.model.outcome import Place
from acctgate.model.preference_keys import PREFERENCE_TYPE


def test_a_name_that_several_lines_declare_has_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two components may each have a resource of one name, in different accounts."""
    monkeypatch.setenv(variables.POSITIONS, str(tmp_path / "positions.json"))
    recorder = PositionRecorder(tmp_path, tmp_path / "positions.json")
    twice = "record(SimpleNamespace(type_=kind, name='twice'))\n"
    program = f"for _ in range(2):\n    record(SimpleNamespace(type_=kind, name='loop'))\n{twice * 3}"
    given = {"record": recorder._record, "kind": PREFERENCE_TYPE, "SimpleNamespace": SimpleNamespace}
    exec(compile(program, str(tmp_path / "__main__.py"), "exec"), given)
    assert positions() == {"loop": Place("__main__.py", 2)}


def test_a_program_that_runs_elsewhere_has_recorded_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a record, its lines are looked for in its files; with one that does not name a resource, they are not."""
    monkeypatch.delenv(variables.POSITIONS, raising=False)
    assert positions() is None
    monkeypatch.setenv(variables.POSITIONS, str(tmp_path / "positions.json"))
    assert positions() is None
    (tmp_path / "positions.json").write_text("[]")
    assert positions() == {}
