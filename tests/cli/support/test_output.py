"""Colour: where there is a terminal and nobody said no, or where `--color` says so."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Collection
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.support import seed
from tests.support.process import run_here

RESPONSE = str(seed("002-security-preference.json"))
COLOR = "\x1b["
Variables = dict[str, str]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create a working directory without a policy, and leave nothing in the environment about colour."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


def on_terminal(
    *arguments: str,
    columns: int = 100,
    variables: Variables | None = None,
    statuses: Collection[int] = (1, 3),
) -> str:
    """Return what a command writes to a terminal of this width."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm", **(variables or {})}
    command = [sys.executable, "-m", "acctgate", *arguments]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        output = b""
        try:
            while part := os.read(ours, 65536):
                output += part
        except OSError:  # Linux ends a terminal that nobody holds open any longer with an error
            pass
        finally:
            os.close(ours)
    assert process.returncode in statuses, output.decode()
    return output.decode()


def check() -> tuple[str, ...]:
    return ("check", "--policy", "baseline", "--response", RESPONSE)


def diff(folder: Path) -> tuple[str, ...]:
    before, after = folder / "before.yaml", folder / "after.yaml"
    before.write_text("version: 1\nextends: strict\n")
    after.write_text("version: 1\nextends: baseline\n")
    return ("diff", str(before), str(after))


@pytest.mark.parametrize("command", ["check", "diff"])
@pytest.mark.parametrize(
    ("options", "variables", "colored"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, True),
        ((), {"TERM": "dumb"}, False),
        (("--color", "auto"), {"NO_COLOR": "1"}, False),
        (("--color", "never"), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "always"), {"TERM": "dumb"}, True),
    ],
)
def test_on_a_terminal(
    command: str, options: tuple[str, ...], variables: Variables, colored: bool, tmp_path: Path
) -> None:
    arguments = diff(tmp_path) if command == "diff" else check()
    assert (COLOR in on_terminal(*arguments, *options, variables=variables)) == colored


@pytest.mark.parametrize("command", ["check", "diff"])
@pytest.mark.parametrize("choice", [None, "auto", "never", "always"])
def test_in_a_pipe(command: str, choice: str | None, tmp_path: Path) -> None:
    arguments = diff(tmp_path) if command == "diff" else check()
    options = ("--color", choice) if choice else ()
    done = run_here(*arguments, *options, environment={"NO_COLOR": "1"} if choice == "always" else {})
    assert done.stdout
    assert (COLOR in done.stdout) == (choice == "always")
    assert COLOR not in done.stderr


@pytest.mark.parametrize(
    ("variables", "colored"),
    [
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": ""}, False),
    ],
)
def test_colour_is_forced_in_a_pipe_and_not_in_a_file(variables: Variables, colored: bool, tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    assert (COLOR in run_here(*check(), environment=variables).stdout) == colored
    assert COLOR not in run_here(*check(), "--color", "never", environment=variables).stdout
    run_here(*check(), "--output", file, environment=variables)
    assert COLOR not in file.read_text()


@pytest.mark.parametrize(("options", "colored"), [((), False), (("--color", "always"), True)])
def test_in_a_file(options: tuple[str, ...], colored: bool, tmp_path: Path) -> None:
    output = on_terminal(*check(), "--format", f"text={tmp_path / 'report.txt'}", *options)
    assert COLOR not in output
    assert (COLOR in (tmp_path / "report.txt").read_text()) == colored


@pytest.mark.parametrize("form", ["json", "ndjson", "sarif", "junit", "markdown", "github", "gitlab", "csv", "html"])
def test_only_text_has_colour(form: str) -> None:
    assert "\x1b" not in run_here(*check(), "--format", form, "--color", "always").stdout


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
@pytest.mark.parametrize("command", ["check", "diff"])
def test_the_terminal_s_width_is_used(command: str, variables: Variables, tmp_path: Path) -> None:
    arguments = diff(tmp_path) if command == "diff" else check()
    for columns in (80, 100):
        plain = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(*arguments, columns=columns, variables=variables))
        lines = [line for line in plain.splitlines() if not line.startswith("acctgate:")]
        assert max(map(len, lines)) <= columns
        assert any(len(line) > columns - 20 for line in lines)


@pytest.mark.parametrize(
    "arguments", [("demo",), ("rules",), ("explain", "network-masks"), ("explain", "login-mfa", "--language", "zh")]
)
def test_text_for_people_is_never_wider_than_the_terminal(arguments: tuple[str, ...]) -> None:
    output = on_terminal(*arguments, columns=60, variables={"NO_COLOR": "1"}, statuses=(0,))
    assert max(map(cell_len, output.splitlines())) <= 60


def test_another_choice_is_refused() -> None:
    done = run_here(*check(), "--color", "blue")
    assert done.status == 2
    assert "--color" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("20", 60), ("0", 110), ("", 110), ("wide", 110)])
def test_columns_sets_the_width_without_a_terminal(columns: str, width: int) -> None:
    text = run_here("check", "--response", RESPONSE, "--policy", "strict", environment={"COLUMNS": columns}).stdout
    assert width - 15 < max(map(cell_len, text.splitlines())) <= width
    assert COLOR not in text
