"""Each command's help ends with examples, and the examples work: as typed, in a folder with the files they name."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest

from acctgate.cli import group
from acctgate.cli.support.examples import WithExamples, aligned
from acctgate.cli.support.output import OutputFile
from acctgate.demo import DemoOrganization, DemoServer
from tests.support import NOW, ROOT
from tests.support.commands import COMMANDS
from tests.support.example_files import commit_policies, create_files

WIDEST: Final = 120
"""Columns. Examples are not folded: they are there to be copied."""


EXAMPLES: Final = [
    (words, example)
    for words, command in COMMANDS.items()
    if isinstance(command, WithExamples)
    for example in command.examples
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_ends_with_one_to_four_examples(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    how = f'`acctgate {" ".join(words)}` needs @click.command("…", cls=WithExamples, examples=("acctgate …",))'
    assert isinstance(command, WithExamples) and 1 <= len(command.examples) <= 4, how
    lines = command.get_help(click.Context(command, info_name=words[-1], max_content_width=100)).splitlines()
    assert lines[lines.index("Examples:") + 1 :] == [f"  {line}" for line in aligned(command.examples)]
    assert max(map(len, lines)) <= WIDEST


@pytest.mark.parametrize(("words", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_an_example_is_understood(words: tuple[str, ...], example: str) -> None:
    typed = shlex.split(example.partition(" > ")[0], comments=True)
    assert typed[: len(words) + 1] == ["acctgate", *words], "an example is of its own command"
    COMMANDS[words].make_context(words[-1], typed[len(words) + 1 :])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_outputs_take_a_hyphen_for_standard_output(words: tuple[str, ...]) -> None:
    outputs = [each for each in COMMANDS[words].params if "--output" in each.opts]
    assert all(isinstance(each.type, OutputFile) for each in outputs)
    assert all(
        "- is stdout" in (each.help or "") for each in outputs if isinstance(each, click.Option) and not each.required
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_options_are_explained_and_common_ones_have_the_same_short_names(words: tuple[str, ...]) -> None:
    assert all(each.help for each in COMMANDS[words].params if isinstance(each, click.Option))
    short = {"--output": "-o", "--format": "-f", "--quiet": "-q", "--verbose": "-v"}
    found = {name: each.opts for each in COMMANDS[words].params for name in each.opts if name in short}
    assert found == {name: [name, short[name]] for name in found}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_option_without_its_value_refers_to_the_help_of_its_command(words: tuple[str, ...]) -> None:
    options = [each for each in COMMANDS[words].params if isinstance(each, click.Option) and not each.is_flag]
    for name in (name for each in options if not isinstance(each.flag_value, str) for name in each.opts):
        with pytest.raises(click.UsageError, match="requires an argument") as wrong:
            group.main([*words, name], prog_name="acctgate", standalone_mode=False)
        assert wrong.value.ctx is not None
        assert wrong.value.ctx.command_path == " ".join(("acctgate", *words))


# As typed, in a folder with the files that they name


STATUS: Final = {"check": 1, "preview": 1, "diff": 1, "test policies/tests --policy": 1}
"""What examples that begin so end with: the demo account violates the policy, and not all rules have examples."""
NOT_RUN: Final = ("demo-account", "preview --stack")
"""One serves until it is stopped (below), one needs a back end of one's own."""
ENGINE: Final = ("preview", "doctor")


def _begins(example: str, beginning: str) -> bool:
    return example.startswith(f"acctgate {beginning}")


def _runs() -> Iterator[Any]:
    for words, example in EXAMPLES:
        if not any(_begins(example, beginning) for beginning in NOT_RUN):
            yield pytest.param(words, example, id=example, marks=[pytest.mark.engine] if words[0] in ENGINE else [])


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    """Serve the demo account."""
    with DemoServer() as running:
        yield running


@pytest.fixture
def repository(tmp_path: Path, server: DemoServer) -> Path:
    """Create a folder with all files that the examples name."""
    create_files(tmp_path, server.environment)
    return tmp_path


def _add_pack(server: DemoServer) -> None:
    """Add the compliance pack that examples name, with a report that is ready."""
    if len(server.account.pack_reports) > 1:
        return
    report = {**server.account.pack_reports[0], "CompliancePackId": "cp-fdc8626622af00f9"}
    server.account.pack_reports.append(report)
    server.reports.creating_reads = 0
    server.reports.generate(server.account.account_id, report, "", NOW)


def _read_parts(repository: Path, environment: dict[str, str]) -> None:
    """Read the parts of an organization that examples name."""
    for number in (1, 2):
        options = ("--organization", "--shard", f"{number}/2", "--output", f"part-{number}.ndjson")
        command = [sys.executable, "-m", "acctgate", "snapshot", *options]
        subprocess.run(command, cwd=repository, env=environment, check=True, timeout=120)


def _environment(server: DemoServer) -> dict[str, str]:
    path = (str(Path(sys.executable).parent), str(ROOT / ".cache/pulumi/bin"), os.environ["PATH"])
    return {**os.environ, **server.environment, "PATH": os.pathsep.join(path)}


@pytest.mark.parametrize(("words", "example"), list(_runs()))
def test_an_example_works(words: tuple[str, ...], example: str, repository: Path, server: DemoServer) -> None:
    if words == ("init",):  # which is for repositories that have none of it yet
        shutil.rmtree(repository / "policies")
        (repository / "infrastructure").mkdir()
    if "--base" in example:
        commit_policies(repository)
    if words[0] == "compliance":
        _add_pack(server)
    if words == ("snapshot",):  # which overwrites no file
        (repository / "prod.json").unlink()
    if "--snapshot accounts.ndjson" in example:
        shutil.copy(repository / "prod.json", repository / "accounts.ndjson")
    environment = _environment(server)
    with DemoServer(organization=DemoOrganization(4)) as organization:
        if "--organization" in example or words == ("merge",):
            environment |= organization.environment
        if words == ("merge",):
            _read_parts(repository, environment)
        done = subprocess.run(
            ["sh", "-c", example], cwd=repository, env=environment, capture_output=True, text=True, check=False
        )
    expected = next((status for beginning, status in STATUS.items() if _begins(example, beginning)), 0)
    hint = "the fixture above creates the files that examples name; STATUS lists the statuses other than 0"
    assert done.returncode == expected, f"{hint}\n{done.stdout}{done.stderr}"
    for target in re.findall(r"--output (\S+)|--format \w+=(\S+)", example):
        assert (repository / "".join(target)).stat().st_size, "what is asked for is written"


@pytest.mark.parametrize("example", [example for words, example in EXAMPLES if words == ("demo-account",)])
def test_an_example_of_the_demo_account_serves(example: str, server: DemoServer, tmp_path: Path) -> None:
    typed = shlex.split(re.sub(r"--port \d+", "--port 0", example), comments=True)
    command = [sys.executable, "-m", *typed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(6 if {"--tls", "--accounts"} & {*typed} else 5)]
        process.send_signal(signal.SIGTERM)
    assert (process.returncode, "".join(said).count("export ")) == (0, len(server.environment))
