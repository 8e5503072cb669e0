"""The recorded sessions in the documentation: each command runs again, with the same output."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support import ROOT
from tests.support.process import run_here
from tests.support.tools import load_tool

RECORD: Final = load_tool("record")
_CHANGING: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)|acctgate \d+\.\d+\.\d+|sha256:[0-9a-f]+|[\d,]+ bytes"
    r"|as of \d{4}-\d\d-\d\d|request id [0-9A-F-]+|127\.0\.0\.1:\d+"
)
"""Times, versions, digests, sizes and ports: another run has others."""
_ENGINE: Final = "\n$ acctgate preview"


def _run(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    if arguments[0] == "preview":
        status, output = RECORD.run_command(arguments, folder, environment)
        return int(status), str(output)
    done = run_here(*arguments, cwd=folder, environment=environment)
    return done.status, done.stdout + done.stderr


def _comparable(text: str) -> list[str]:
    """Return the words of a page without what changes, whatever the lines."""
    return _CHANGING.sub("*", text).split()


def _pages() -> list[Any]:
    """Return the pages as parameters; those that start the engine carry its marker."""
    return [
        pytest.param(
            path,
            id=path.relative_to(ROOT).as_posix(),
            marks=[pytest.mark.engine] if _ENGINE in path.read_text(encoding="utf-8") else [],
        )
        for path in RECORD.pages()
    ]


@pytest.mark.parametrize("page", _pages())
def test_the_sessions_of_a_page_are_what_happens_today(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    text = page.read_text(encoding="utf-8")
    assert _comparable(text) == _comparable(RECORD.record(text, _run)), "run `make record`"


def test_a_session_that_prints_something_else_is_found() -> None:
    """The test above can fail."""
    page = "<!-- recorded: x -->\n```console\n$ acctgate rules\nnothing\n$ echo $?\n1\n```\n<!-- /recorded -->\n"
    found = RECORD.record(page, _run)
    assert "nothing" not in found and "login-mfa" in found and "$ echo $?\n0\n```\n" in found
