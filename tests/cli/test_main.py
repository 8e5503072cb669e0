"""The command line as a whole: the table of commands, help, wrong use, and errors in one line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from unittest.mock import MagicMock

import click
import pytest
from click.testing import CliRunner, Result

from acctgate import __version__
from acctgate.cli import COMMANDS, group, main
from acctgate.reference import catalogue
from tests.support import one_line
from tests.support.process import run_here


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(group, arguments)


# The table of commands


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_has_the_short_help_of_each_command(name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert (command.name, command.short_help) == (name, COMMANDS[name])
    assert command.help


def test_the_table_has_every_module_with_a_command() -> None:
    folder = Path(import_module("acctgate.cli").__file__ or "").parent
    names = {path.stem for path in folder.glob("*.py") if "\n@click." in path.read_text(encoding="utf-8")}
    with_command = {name for name in names if hasattr(import_module(f"acctgate.cli.{name}"), "command")}
    assert with_command == {name.replace("-", "_") for name in COMMANDS}


def test_the_table_is_the_help() -> None:
    lines = [" ".join(line.split()) for line in _invoke("--help").stdout.partition("\nCommands:\n")[2].splitlines()]
    assert lines == [f"{name} {text}" for name, text in COMMANDS.items()]


@pytest.mark.parametrize(
    ("arguments", "completing"), [(["--help"], ""), (["--version"], ""), (["chekc"], ""), ([], "acctgate\n")]
)
def test_no_command_is_loaded_before_it_is_used(arguments: list[str], completing: str) -> None:
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        f"sys.argv = ['acctgate', *{arguments!r}]\n"
        "from acctgate.cli import main\n"
        "main()\n"
    )
    completion = {"_ACCTGATE_COMPLETE": "bash_complete", "COMP_WORDS": completing, "COMP_CWORD": "1"}
    environment = {**os.environ, **(completion if completing else {})}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "acctgate.cli" in loaded and (done.stdout or "chekc" in done.stderr)
    assert not loaded & {f"acctgate.cli.{name.replace('-', '_')}" for name in COMMANDS}
    assert not loaded & {"pydantic", "rich", "yaml", "acctgate.rules"}


# Help


def test_version() -> None:
    assert _invoke("--version").stdout.strip() == f"acctgate, version {__version__}"


@pytest.mark.parametrize("arguments", [(), *((name,) for name in COMMANDS)])
def test_help(arguments: tuple[str, ...]) -> None:
    result = _invoke(*arguments, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


def test_no_command_shows_the_help() -> None:
    done = run_here()
    assert done.status == 2
    assert "check" in done.stdout + done.stderr and "Traceback" not in done.stderr


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chek",), "No such command 'chek'. Did you mean 'check'?"),
        (("CHECK",), "No such command 'CHECK'. Did you mean 'check'?"),
        (("explain", "SESSION-DURATION"), "unknown rule (did you mean session-duration?)"),
        (("zzz",), "No such command 'zzz'. (see acctgate --help)"),
        (("check", "--respnse", "x"), "--respnse"),
        (("check", "--respnse", "x"), "Did you mean"),
        (("check", "--response"), "requires an argument. (see acctgate check --help)"),
        (("policy", "show", "-o"), "requires an argument. (see acctgate policy show --help)"),
        (("snapshot", "stray"), "unexpected extra argument"),
        (("check", "--region"), "requires an argument"),
        (("explain", "login-mfaa"), "login-mfaa: unknown rule (did you mean login-mfa?)"),
        (("explain",), "Missing argument"),
        (("schema", "diagram"), "diagram: invalid choice; use snapshot, policy, report"),
        (("schema",), "Missing argument"),
        (("rules", "--format", "xml"), "xml"),
        (("demo-account", "--port", "65536"), "65536"),
        (("demo-account", "--deny", "Nothing"), "Nothing: invalid operation"),
        (("demo-account", "--throttle", "GetSecurityPreference"), "OPERATION=N"),
        (("--verbose",), "--verbose"),
    ],
)
def test_wrong_use_is_2_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    done = run_here(*arguments)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: ", message)


# Errors


def test_every_error_in_a_message_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    errors = "; ".join(f"index.ts({line},7): error TS2322: Type 'string' is not assignable." for line in range(20))

    def broken(rules: object, width: object) -> str:
        raise click.ClickException(errors)

    monkeypatch.setattr(catalogue, "text_table", broken)
    monkeypatch.setattr("sys.argv", ["acctgate", "rules"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == f"acctgate: {errors}\n"


def test_a_bug_is_one_line_and_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """1 would mean that a rule is violated."""

    def broken(rules: object, width: object) -> str:
        raise RuntimeError("two\nlines with Signature=abc in them")

    monkeypatch.setattr(catalogue, "text_table", broken)
    monkeypatch.setattr("sys.argv", ["acctgate", "rules"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    one_line(capsys.readouterr().err, "acctgate: RuntimeError: two lines with Signature=***", "--debug")
    monkeypatch.setattr("sys.argv", ["acctgate", "rules", "--debug"])
    monkeypatch.setenv("ACCTGATE_DEBUG", "")
    with pytest.raises(SystemExit) as caught:
        main()
    errors = capsys.readouterr().err
    assert caught.value.code == 2 and "Traceback" in errors and "in broken" in errors and "abc" not in errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [("rules",), ("check", "--snapshot", "-", "--format", "json"), ("--version",)])
def test_a_full_disk_is_reported(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "acctgate", *arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, input=b'{"version":1}', check=False)
    assert done.returncode == 2
    one_line(done.stderr.decode(), "acctgate: the output: no space left on device")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("check", "--help"),
        ("rules",),
        ("check", "--format", "csv", "--snapshot", "-"),
        ("schema", "policy"),
    ],
)
def test_a_closed_pipe_is_2(arguments: tuple[str, ...]) -> None:
    """1 would mean that a rule is violated."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "acctgate", *arguments]
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, input=b'{"version":1}', check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr and b"BrokenPipe" not in done.stderr


@pytest.fixture
def handler() -> Iterator[Callable[[int, object], None]]:
    """Handle the signals that end a process, and put the handlers of before back."""
    signals, handler = (signal.SIGTERM, signal.SIGINT), lambda *_: None
    before = [signal.signal(each, handler) for each in signals]
    yield handler
    for each, earlier in zip(signals, before, strict=True):
        signal.signal(each, earlier)


@pytest.mark.parametrize("arguments", ["--version", "rules", "chekc", "check --plan missing.json"])
def test_signals_have_the_handlers_of_before_after_a_command(
    handler: Callable[[int, object], None], arguments: str
) -> None:
    run_here(*arguments.split())
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == [handler, handler]


def test_the_demo_account_leaves_the_handlers_of_before(
    monkeypatch: pytest.MonkeyPatch, handler: Callable[[int, object], None]
) -> None:
    monkeypatch.setattr("acctgate.cli.demo_account.threading", MagicMock())  # nothing is waited for
    assert run_here("demo-account").status == 0
    assert [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)] == [handler, handler]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end the processes of a test, even if a shell runs the tests in the background, where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_stopped_does_not_wait_for_its_calls(ending: signal.Signals) -> None:
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "key", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "a-secret-of-a-test"}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "acctgate", "check", "--policy", "baseline", "--endpoint", endpoint]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **keys}) as process:
            connections = [silent.accept() for _ in range(2)]  # calls run, and none is answered
            process.send_signal(ending)
            _, messages = process.communicate(timeout=8)  # a call waits for longer
    for connection, _ in connections:
        connection.close()
    assert (process.returncode, messages.strip()) == (2, "acctgate: interrupted")
