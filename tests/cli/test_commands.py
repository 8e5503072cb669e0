"""The smaller commands, and what the command line says to wrong use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acctgate import __version__
from acctgate.cli import group
from acctgate.reference import schemas
from acctgate.rules import RULES
from tests.support import one_line, run


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(group, arguments)


def test_rules_lists_every_rule() -> None:
    lines = _invoke("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [rule.id for rule in RULES]


def test_rules_as_json() -> None:
    entries = json.loads(_invoke("rules", "--format", "json").stdout)
    assert [entry["id"] for entry in entries] == [rule.id for rule in RULES]
    (entry,) = [entry for entry in entries if entry["id"] == "session-duration"]
    assert (entry["baseline"], entry["strict"]) == ("mandatory, max_hours: 12", "mandatory, max_hours: 8")
    assert set(entry["parameters"]) == {"max_hours"}


def test_rules_as_markdown() -> None:
    lines = _invoke("rules", "--format", "markdown").stdout.splitlines()
    assert len(lines) == len(RULES) + 2
    assert {line.count("|") for line in lines} == {6}


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_explain(rule: str) -> None:
    result = _invoke("explain", rule, "--language", "en")
    found = next(known for known in RULES if known.id == rule)
    assert result.exit_code == 0
    for part in (found.title, found.doc.strip(), found.setting, found.remediation, "Baseline", "Strict"):
        assert part in result.stdout


@pytest.mark.parametrize("name", schemas.NAMES)
def test_schema(name: str) -> None:
    assert _invoke("schema", name).stdout == schemas.text(name)


def test_version() -> None:
    assert _invoke("--version").stdout.strip() == f"acctgate, version {__version__}"


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("check",), ("snapshot",), ("preview",), ("fix",), ("rules",), ("explain",), ("schema",), ("demo-account",),
    ],
)  # fmt: skip
def test_help(arguments: tuple[str, ...]) -> None:
    result = _invoke(*arguments, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chek",), "No such command"),
        (("check", "--respnse", "x"), "--respnse"),
        (("check", "--response"), "requires an argument"),
        (("check", "stray"), "unexpected extra argument"),
        (("check", "--region"), "requires an argument"),
        (("explain", "login-mfaa"), "login-mfaa: unknown rule, did you mean login-mfa?"),
        (("explain",), "Missing argument"),
        (("schema", "diagram"), "diagram: is none of snapshot, policy, report"),
        (("schema",), "Missing argument"),
        (("rules", "--format", "xml"), "xml"),
        (("demo-account", "--port", "65536"), "65536"),
        (("demo-account", "--deny", "Nothing"), "Nothing: is none of"),
        (("demo-account", "--throttle", "GetSecurityPreference"), "OPERATION=N"),
        (("--verbose",), "--verbose"),
    ],
)
def test_wrong_use_is_2_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: ", message)


def test_no_command_shows_the_help() -> None:
    done = run()
    assert done.returncode == 2
    assert "check" in done.stdout + done.stderr and "Traceback" not in done.stderr


def test_a_fault_of_acctgate_is_one_line_and_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1 would say that a rule is violated."""
    from acctgate.cli import main
    from acctgate.reference import catalogue

    def broken(rules: object) -> str:
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
    told = capsys.readouterr().err
    assert caught.value.code == 2 and "Traceback" in told and "in broken" in told and "abc" not in told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("arguments", [("rules",), ("check", "--snapshot", "-", "--format", "json"), ("--version",)])
def test_a_full_disk_is_said_to_be_one(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "acctgate", *arguments], stdout=full, stderr=subprocess.PIPE, input=b'{"version":1}',
            check=False,
        )  # fmt: skip
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
def test_a_reader_that_has_seen_enough_is_2(arguments: tuple[str, ...]) -> None:
    """1 would say that a rule is violated."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "acctgate", *arguments], stdout=gone, stderr=subprocess.PIPE, input=b'{"version":1}',
            check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr and b"BrokenPipe" not in done.stderr
