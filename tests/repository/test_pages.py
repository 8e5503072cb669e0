"""Every command in every page: run on the demo account, or at least parsed.

A console block runs as typed, in a folder with the files that examples name. If its first line is a comment, it needs
something else (a cloud account, another tool, a second terminal), and its commands are only parsed. So are those in
pipelines, scripts and sentences. test_record.py runs recorded sessions, cli/test_help.py the examples of help texts.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import click
import pytest

from acctgate.crossguard.engine import find_engine
from acctgate.demo import DemoOrganization, DemoServer
from tests.support import ROOT
from tests.support.commands import COMMANDS
from tests.support.example_files import commit_policies, create_files
from tests.support.process import run_here

PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_RECORDED: Final = re.compile(r"<!-- recorded: .*?<!-- /recorded -->|<!-- cli: .*?<!-- /cli -->", re.DOTALL)
_CONSOLE: Final = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SCRIPT: Final = re.compile(r"^ *```(?:yaml|bash|zsh|fish)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_FENCE: Final = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_NOT_RUN: Final = ("preview", "doctor", "demo-account")
"""Two start the engine, and one serves until it is stopped: tests/cli/test_help.py runs them."""
_SHELL: Final = {"cat", "echo", "export"}
_MAKE: Final = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


_NAMES: Final = "|".join(sorted({" ".join(name) for name in COMMANDS}))


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


class Command(NamedTuple):
    """A line after `$`, and whether it can run here."""

    line: str
    runs: bool
    status: int | None
    """The status that `echo $?` shows after it."""


def commands(text: str) -> Iterator[Command]:
    """Yield the commands of the console blocks that are not recorded."""
    for block in _CONSOLE.findall(_RECORDED.sub("", text)):
        runs = not block.lstrip().startswith("#")
        for found in re.finditer(r"^ *\$ (.*)\n(?: *\$ echo \$\?\n *(\d+)$)?", block, re.MULTILINE):
            if found[1] != "echo $?":
                yield Command(found[1], runs, int(found[2]) if found[2] else None)


def command_of(words: list[str]) -> tuple[str, ...]:
    """Return the name of a command of acctgate, from the words after `acctgate`."""
    name = tuple(words[:2]) if tuple(words[:2]) in COMMANDS else tuple(words[:1])
    assert name in COMMANDS, f"acctgate {' '.join(words)}: no such command"
    return name


def parse(line: str) -> None:
    """Parse a line as a shell and acctgate would: each command, option and value exists."""
    for part in re.split(r" && | \|\| | > | < | \| | & *$", line):
        words = shlex.split(part, comments=True)
        if not words or words[0] != "acctgate":
            continue
        name = command_of(words[1:])
        COMMANDS[name].make_context(name[-1], words[1 + len(name) :])


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_is_understood(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in commands(page.read_text(encoding="utf-8")):
        parse(command.line)
        program, *words = shlex.split(command.line, comments=True)
        if program == "make":
            assert set(words) <= _MAKE
        elif program == "pip" and command.runs:
            assert words in (["install", "."], ["install", ".[pulumi]"]), "a package index has no release"
        elif program == "python3" and command.runs:
            assert words == ["-m", "venv", ".venv", "&&", ".", ".venv/bin/activate"]
        else:
            assert not command.runs or program in {"acctgate", *_SHELL}, f"{command.line}: say what it needs"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_in_a_pipeline_or_a_sentence_is_understood(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in _SCRIPT.findall(text):
        for line in re.findall(rf"(?:run:|-|if|>|^) +(acctgate (?:{_NAMES}) [^|>;)\n]*)", _joined(block), re.MULTILINE):
            parse(re.sub(r"\$\{\{.*?\}\}|\$role", "1", line).replace("1/4", "1/4"))
    for span in re.findall(rf"`acctgate ((?:{_NAMES}) [^`]*)`", _FENCE.sub("", text)):
        known = {option for each in COMMANDS[command_of(span.split())].params for option in each.opts}
        assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", span)) <= {*known, "--help"}, span


def _joined(block: str) -> str:
    """Return a script with each folded command on one line."""
    return re.sub(r" *\\?\n +(?=--)", " ", block.replace(">\n", ""))


@pytest.fixture(scope="module")
def organization() -> Iterator[DemoServer]:
    """Serve a small organization."""
    with DemoServer(organization=DemoOrganization(4)) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, organization: DemoServer) -> Path:
    """Create a folder with all files that the pages name."""
    (work := tmp_path / "work").mkdir()
    with DemoServer() as server:
        create_files(work, server.environment)
    done = run_here(
        "snapshot", "--organization", "--output", "accounts.ndjson", cwd=work, environment=organization.environment
    )
    assert done.status in (0, 3), done.stderr
    for service in ("DINGTALK", "SLACK"):
        monkeypatch.setenv(f"ACCTGATE_{service}_WEBHOOK", "http://127.0.0.1:1/")
    return work


def _runs(command: Command) -> bool:
    return command.runs and command.line.startswith("acctgate ") and _words(command.line)[0] not in _NOT_RUN


def _words(line: str) -> list[str]:
    return shlex.split(line.partition(" > ")[0], comments=True)[1:]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(map(_runs, commands(page.read_text("utf-8"))))], ids=_name
)
def test_every_command_runs(page: Path, folder: Path, organization: DemoServer) -> None:
    with DemoServer() as server:
        for command in commands(page.read_text(encoding="utf-8")):
            if not _runs(command):
                continue
            words = _words(command.line)
            environment = (organization if "--organization" in words else server).environment
            done = run_here(*words, cwd=_prepared(folder, words), environment=environment)
            allowed = {0, 1, 3} if command.status is None else {command.status}
            assert done.status in allowed, f"{command.line}\n{done.stderr}"
            if target := command.line.partition(" > ")[2].partition(" ")[0]:
                (folder / target).write_text(done.stdout, encoding="utf-8")


def _prepared(folder: Path, words: list[str]) -> Path:
    """Return the folder for a command: a new one for `init`, and without the file that it must not overwrite."""
    if words[0] == "init":
        (new := folder / "new").mkdir(exist_ok=True)
        return new
    if words[0] in ("snapshot", "fix") and "--output" in words:
        output = words[words.index("--output") + 1]
        for name in (output, f"{output}.run.json"):
            (folder / name).unlink(missing_ok=True)
    if "--base" in words:
        commit_policies(folder)
    return folder


_HELP: Final = {
    "git": "-h",
    "npm": "--help",
    "pip": "--help",
    "pulumi": "--help",
    "terraform": "-help",
    "tofu": "-help",
}
"""Programs, and the option with which their subcommands list their options."""


@pytest.mark.engine
def test_the_options_of_other_programs_exist() -> None:
    found = {
        shlex.split(each.line, comments=True)[0]: each for page in PAGES for each in commands(page.read_text("utf-8"))
    }
    assert found.keys() >= {"git", "pip", "pulumi", "terraform"}
    path = os.pathsep.join((str(find_engine(ROOT).parent), str(Path(sys.executable).parent), os.environ["PATH"]))
    for page in PAGES:
        for command in commands(page.read_text(encoding="utf-8")):
            program, *words = shlex.split(command.line.partition(" > ")[0].partition(" && ")[0], comments=True)
            executable = shutil.which(program, path=path)
            options = [word.partition("=")[0] for word in words[1:] if word.startswith("-")]
            if program in _HELP and executable and options:
                done = subprocess.run(
                    [executable, words[0], _HELP[program]], capture_output=True, text=True, check=False
                )
                for option in options:
                    name = re.escape(option.lstrip("-"))
                    assert re.search(rf"-(\[no-\])?{name}\b", done.stdout + done.stderr), command.line


def test_what_is_not_run_is_marked_and_what_is_wrong_is_found() -> None:
    """The tests above can fail."""
    text = "```console\n$ acctgate rules\n$ echo $?\n0\n```\n```console\n# Needs Terraform.\n$ terraform init\n```\n"
    assert list(commands(text)) == [Command("acctgate rules", True, 0), Command("terraform init", False, None)]
    with pytest.raises(click.UsageError):
        parse("acctgate rules --no-such-option > file")
    with pytest.raises(AssertionError):
        parse("terraform show | acctgate no-such-command")
