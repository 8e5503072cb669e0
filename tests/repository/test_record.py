"""The recorded sessions in the documentation: each command runs again, with the same output."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.support import ROOT
from tests.support.process import run_here
from tests.support.tools import load_tool

RECORD: Final = load_tool("record")
_CHANGING: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)|acctgate \d+\.\d+\.\d+|sha256:[0-9a-f]+|[\d,]+ bytes"
)
"""Times, versions, digests and sizes: another run has others."""


def _run(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    done = run_here(*arguments, cwd=folder, environment=environment)
    return done.status, done.stdout + done.stderr


def _comparable(block: str) -> list[str]:
    """Return the words of a session without what changes, whatever the lines."""
    return _CHANGING.sub("*", block).split()


@pytest.mark.parametrize("name", RECORD.SESSIONS)
def test_a_recorded_session_is_what_happens_today(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    session = RECORD.SESSIONS[name]
    text = (ROOT / session.document).read_text(encoding="utf-8")
    shown = RECORD.recorded(name, text)[1]
    assert _comparable(shown) == _comparable(RECORD.record(session, _run)), "run `make record`"


def test_every_recorded_session_is_known() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r"<!-- recorded: (\S+) -->", path.read_text(encoding="utf-8"))
    }
    assert found == {(session.document, name) for name, session in RECORD.SESSIONS.items()}
