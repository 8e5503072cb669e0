"""The README: its commands, exit statuses, permissions and console blocks are those of the code."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import pytest

from acctgate.cli import group
from acctgate.demo import DemoServer
from acctgate.demo.faults import permission
from acctgate.render import BINARY, FORMATS
from tests.support import ROOT
from tests.support.process import run_here

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
CONTEXT: Final = click.Context(group)


def section(title: str) -> str:
    """Return the text below a heading."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def examples() -> list[list[str]]:
    """Return the words of each acctgate command in a console block or a pipeline."""
    lines = re.findall(r"^(?:\$|- run:) (acctgate [^>\n]*)", README, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def test_each_command_is_in_the_table_and_the_other_way_round() -> None:
    named = {name for row in rows(section("Commands")) for name in re.findall(r"`acctgate ([a-z-]+)", row[0])}
    assert named == set(group.list_commands(CONTEXT))


def test_each_option_in_the_table_exists() -> None:
    for first, text in rows(section("Commands")):
        [name, *_] = re.findall(r"`acctgate ([a-z-]+)", first)
        for option in re.findall(r"--[a-z-]+", first + text):
            assert option in options(name), option


def options(name: str) -> set[str]:
    """Return the options of a command."""
    command = group.get_command(CONTEXT, name)
    assert command is not None
    return {option for parameter in command.params for option in parameter.opts}


def test_there_are_examples_of_the_main_commands() -> None:
    assert {words[1] for words in examples()} >= {"check", "snapshot", "preview"}


def test_the_formats() -> None:
    listed = README.partition("\nFormats of `check` and `preview`: ")[2].partition("; several at once")[0]
    assert re.findall(r"`([a-z]+)`", listed) == [*FORMATS, *BINARY]


def block(command: str) -> list[str]:
    """Return the output that the README shows for a command."""
    return README.partition(f"$ {command}\n")[2].partition("\n```")[0].splitlines()


def test_the_console_block_of_make_preview_is_what_is_printed() -> None:
    shown = [line for line in block("make preview") if line.strip() != "…"]
    with DemoServer() as demo:
        done = run_here("check", cwd=ROOT, environment=demo.environment)
    assert done.status == 1
    [last] = re.findall(r'echo "(A pipeline .*)";', (ROOT / "Makefile").read_text())
    printed = [*done.stdout.splitlines(), last.replace("$$code", "1")]
    places = [printed.index(line) for line in shown]
    assert places == sorted(places)
    assert len(shown) >= 9


def test_the_console_block_of_the_demonstration_is_what_is_printed(tmp_path: Path) -> None:
    shown = section("Try it").partition("$ acctgate demo\n")[2].partition("\n```")[0]
    done = run_here("demo", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    assert time.sub("T", shown) == time.sub("T", done.stdout.rstrip())
    assert shown in (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def _nothing(_: DemoServer) -> list[str]:
    return []


def _comply(demo: DemoServer) -> list[str]:
    demo.account.comply()
    return []


def _deny(demo: DemoServer) -> list[str]:
    demo.account.comply()
    demo.denied = {"GetSecurityPreference"}
    return []


def _wrong(_: DemoServer) -> list[str]:
    return ["--region", "nowhere"]


@pytest.mark.parametrize(
    ("command", "column", "phrase", "prepare"),
    [
        ("check", 1, "pass", _comply),
        ("check", 1, "at least one mandatory violation", _nothing),
        ("check", 1, "no violation, but a mandatory rule is unknown", _deny),
        ("check", 1, "wrong use, invalid input or policy, or the engine failed for another reason", _wrong),
        ("snapshot", 2, "complete", _nothing),
        ("snapshot", 2, "written, with an error in a section", _deny),
        ("snapshot", 2, "nothing written", _wrong),
    ],
)
def test_the_table_of_exit_statuses(
    command: str, column: int, phrase: str, prepare: Callable[[DemoServer], list[str]]
) -> None:
    [code] = [row[0] for row in rows(section("Use it in a pipeline")) if row[column] == phrase]
    with DemoServer() as demo:
        done = run_here(command, *prepare(demo), cwd=ROOT, environment=demo.environment)
    assert done.status == int(code)
    assert done.stderr.count("\n") == (int(code) in (2, 3)), "one line says why for 2 and 3"


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", README):
        assert "://" in link or (ROOT / link).exists(), link


def test_the_permissions_are_those_of_the_calls() -> None:
    needed, optional = (
        set(re.findall(r'"(\w+:\w+)"', actions)) for actions in re.findall(r'"Action": \[(.*?)\]', README, re.DOTALL)
    )
    with DemoServer() as demo:
        run_here("check", "--policy", "baseline", cwd=ROOT, environment=demo.environment)
        assert needed == {permission(action) for action in demo.calls}
        run_here("snapshot", cwd=ROOT, environment=demo.environment)
        assert needed | optional == {permission(action) for action in demo.calls}
    assert not needed & optional


def test_what_is_generated_is_current() -> None:
    generate = [sys.executable, str(Path("tools/generate.py")), "--check"]
    done = subprocess.run(generate, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
