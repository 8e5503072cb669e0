"""Progress: on a terminal after a second, cleared away at the end; in a pipe nothing, and on standard output never."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from acctgate.cli.support import progress as module
from acctgate.cli.support.progress import Progress, progress
from acctgate.demo import DemoAccount, DemoServer
from tests.support import run, seed

CLEARED: Final = "\r\x1b[1A\x1b[2K"
"""Back to the line, and erase it."""


class Terminal:
    """A pseudo-terminal, and all that was written to it."""

    def __init__(self) -> None:
        self._master, self.slave = pty.openpty()
        self.text = ""
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 4096)
            except OSError:  # nobody has it open any more
                return
            with self._changed:
                self.text += data.decode()
                self._changed.notify_all()

    def wait_for(self, text: str) -> None:
        """Wait until this has been written."""
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.text, timeout=60), self.text

    def close(self) -> str:
        """All that was written."""
        os.close(self.slave)
        self._reader.join()
        os.close(self._master)
        return self.text


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the delay of a second."""
    monkeypatch.setattr(module, "_DELAY", 0)
    monkeypatch.setattr(module, "_REFRESH", 1000)
    monkeypatch.setenv("TERM", "xterm")


@contextmanager
def watched() -> Iterator[Terminal]:
    """Make standard error a terminal."""
    terminal = Terminal()
    with os.fdopen(os.dup(terminal.slave), "w") as stderr, redirect_stderr(stderr):
        yield terminal
    terminal.close()


def _running(shown: Progress) -> bool:
    return shown.active or shown._display is not None


def test_what_is_said_is_shown_and_cleared() -> None:
    with watched() as terminal:
        with progress("reading") as shown:
            terminal.wait_for("reading")
            shown.say("GetSecurityPreference")
            terminal.wait_for("reading: GetSecurityPreference")
        sys.stderr.write("after\n")
    assert terminal.text.endswith(f"{CLEARED}after\r\n")
    assert "GetSecurityPreference" not in terminal.text.rpartition(CLEARED)[2]


def test_items_are_counted() -> None:
    with watched() as terminal, progress("judging") as shown:
        items = iter(shown.count(range(3_000), "accounts"))
        for _ in range(1_235):
            next(items)
        terminal.wait_for("judging: 1,234 accounts")
        assert sum(1 for _ in items) == 3_000 - 1_235


def test_while_the_first_item_is_read_its_reader_has_the_word() -> None:
    with watched() as terminal, progress("reading") as shown:
        shown.say("GetCallerIdentity")
        for _ in shown.count(["account"], "accounts"):
            terminal.wait_for("reading: GetCallerIdentity")
    assert "accounts" not in terminal.text


@pytest.mark.parametrize(("first", "running"), [(True, [False] * 3), (False, [True] * 3)])
def test_the_end_with_the_first_or_the_last_item(first: bool, running: list[bool]) -> None:
    with watched() as terminal, progress("judging") as shown:
        terminal.wait_for("judging")
        assert [_running(shown) for _ in shown.until(range(3), first=first)] == running
        assert not _running(shown)


def test_an_error_ends_it() -> None:
    started: list[Progress] = []

    def fail() -> NoReturn:
        with progress("reading") as shown:
            started.append(shown)
            terminal.wait_for("reading")
            raise KeyError

    with watched() as terminal, pytest.raises(KeyError):
        fail()
    assert not _running(started[0])
    assert terminal.text.endswith(CLEARED)


def test_what_is_done_at_once_is_not_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_DELAY", 3600)
    with watched() as terminal, progress("reading") as shown:
        shown.say("GetSecurityPreference")
    assert terminal.text == ""


def _no_progress() -> None:
    items = range(3)
    with progress("reading") as shown:
        assert shown.count(items, "accounts") is items, "counting costs nothing"
        assert shown.until(items, first=False) is items
        assert not _running(shown)


def test_nothing_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with watched() as terminal:
        _no_progress()
    assert terminal.text == ""


def test_nothing_in_a_pipe() -> None:
    with redirect_stderr(StringIO()) as pipe:
        _no_progress()
    assert pipe.getvalue() == ""


def test_rich_is_loaded_only_where_something_is_shown() -> None:
    program = (
        "import sys; sys.stderr.isatty = lambda: True\n"
        "from acctgate.cli.support.progress import progress\n"
        "with progress('reading'): pass\n"
        "print('rich' in sys.modules)"
    )
    environment = {**os.environ, "TERM": "xterm"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "False\n"


# The commands


@contextmanager
def _slow(server: DemoServer) -> Iterator[threading.Event]:
    """GetSecurityPreference is not answered before the event."""
    answered, answer = threading.Event(), server._GetSecurityPreference

    def wait(account: DemoAccount, parameters: Mapping[str, str]) -> Any:
        assert answered.wait(60)
        return answer(account, parameters)

    server._GetSecurityPreference = wait  # type: ignore[assignment,method-assign]
    try:
        yield answered
    finally:
        answered.set()


def timeless(text: str) -> str:
    """Without the time at which the account was read."""
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "", text)


@pytest.mark.parametrize(
    ("arguments", "status"), [(("snapshot",), 0), (("check", "--format", "json"), 1), (("fix",), 0)]
)
def test_a_slow_account_is_spoken_of_on_standard_error_only(arguments: tuple[str, ...], status: int) -> None:
    terminal = Terminal()
    with DemoServer() as server, _slow(server) as answered:
        environment = {**os.environ, **server.environment, "TERM": "xterm", "COLUMNS": "80"}
        with subprocess.Popen(
            [sys.executable, "-m", "acctgate", *arguments],
            stdout=subprocess.PIPE,
            stderr=terminal.slave,
            env=environment,
            text=True,
        ) as process:
            terminal.wait_for("reading the account: ")
            answered.set()
            output, _ = process.communicate()
        text = terminal.close()
        assert process.returncode == status
        assert text.rpartition("reading the account")[2].rstrip().endswith("\x1b[2K"), "cleared away"
        assert "reading the account" not in output and "\x1b" not in output
        again = run(*arguments, environment=server.environment).stdout
        assert timeless(output) == timeless(again)


def test_in_a_pipe_nothing_is_said_of_a_slow_account() -> None:
    with DemoServer() as server, _slow(server) as answered:
        environment = {**os.environ, **server.environment, "TERM": "xterm"}
        with subprocess.Popen(
            [sys.executable, "-m", "acctgate", "snapshot"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        ) as process:
            threading.Timer(1.5, answered.set).start()
            output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert json.loads(output)["account_id"] == server.account.account_id


def test_a_report_on_the_terminal_is_not_torn(tmp_path: Path) -> None:
    """Standard output and standard error are one terminal: what stands there is what a pipe gets."""
    fleet = tmp_path / "fleet.ndjson"
    snapshot = {"version": 1, "AccountSecurityPracticeInfo": json.loads(seed("000-security-practice.json").read_text())}
    fleet.write_text("".join(json.dumps({**snapshot, "account_id": str(number)}) + "\n" for number in range(3)))
    terminal = Terminal()
    arguments = ("check", "--snapshot", str(fleet), "--format", "csv")
    program = (
        "import sys, time; from acctgate.cli import main\n"
        "from acctgate.cli.support import progress; progress._DELAY = 0\n"
        "from acctgate.evaluate.judge import Judge; judge = Judge.__call__\n"
        "def slow(*arguments):\n"
        "    time.sleep(0.3)\n"
        "    return judge(*arguments)\n"
        f"Judge.__call__ = slow; sys.argv = ['acctgate', *{arguments!r}]; main()"
    )
    process = subprocess.run(
        [sys.executable, "-c", program],
        stdout=terminal.slave,
        stderr=terminal.slave,
        check=False,
        env={**os.environ, "TERM": "xterm"},
    )
    text = terminal.close()
    assert process.returncode in (1, 3)
    _, cleared, report = text.rpartition("\x1b[2K")
    assert "judging" in text and cleared
    done = run(*arguments)
    assert report.replace("\r\n", "\n") == done.stdout + done.stderr


def test_workers_that_return_totals_are_waited_for_with_progress(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.ndjson"
    fleet.write_text("".join(json.dumps({"version": 1, "account_id": str(number)}) + "\n" for number in range(1, 31)))
    terminal = Terminal()
    arguments = ("check", "--snapshot", str(fleet), "--policy", "baseline", "--color", "never", "--jobs", "2")
    program = (
        "import sys, time; from acctgate.cli import main; from acctgate.cli.support import progress\n"
        "progress._DELAY = 0\n"
        "from acctgate.evaluate import judge, workers; judge_all = judge.Judge.judge_all; workers._CHUNK = 1\n"
        "def slow(*arguments):\n"
        "    time.sleep(0.1)\n"
        "    return judge_all(*arguments)\n"
        f"judge.Judge.judge_all = slow; sys.argv = ['acctgate', *{arguments!r}]; main()"
    )
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.run(
        [sys.executable, "-c", program], stdout=terminal.slave, stderr=terminal.slave, check=False, env=environment
    )
    text = terminal.close()
    assert process.returncode == 3
    assert max(map(int, re.findall(r"judging: (\d+) accounts", text))) > 10
    _, _, report = text.rpartition("\x1b[2K")
    alone = run(*arguments, environment=environment)
    assert timeless(report.replace("\r\n", "\n")) == timeless(alone.stdout + alone.stderr)
