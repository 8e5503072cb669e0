"""Options of every command: one value is given once, and an optional value takes no file for one."""

from __future__ import annotations

from typing import Final

import click
import pytest
from click.testing import CliRunner

from acctgate.cli import group
from acctgate.cli.support.examples import WithExamples
from tests.support import one_line
from tests.support.commands import COMMANDS
from tests.support.process import run_here

SINGLE: Final = [
    (name, max(option.opts, key=len))
    for name, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option) and not (option.multiple or option.is_flag or option.count)
]


@pytest.mark.parametrize(("name", "option"), SINGLE, ids=str)
def test_an_option_that_is_given_twice_is_refused(name: tuple[str, ...], option: str) -> None:
    words = [*name]
    with pytest.raises(click.UsageError, match=f"^{option}: given 2 times; it takes one value$"):
        group.main([*words, option, "1", option, "2"], standalone_mode=False, prog_name="acctgate")


def test_its_exit_status_is_2() -> None:
    done = run_here("check", "--policy", "strict", "--policy", "baseline")
    assert done.status == 2
    one_line(done.stderr, "--policy: given 2 times; it takes one value")


def test_flags_and_lists_may_be_repeated() -> None:
    done = run_here("check", "--debug", "--debug", "--snapshot", "nowhere.json", "--snapshot", "elsewhere.json")
    assert "given 2 times" not in done.stderr and "nowhere.json" in done.stderr


@click.command("names", cls=WithExamples)
@click.argument("files", nargs=-1)
@click.option("--names", is_flag=False, flag_value="clear", type=click.Choice(["clear", "hash"]))
@click.option("--output")
def _optional(files: tuple[str, ...], names: str | None, output: str | None) -> None:
    click.echo(f"{names} {' '.join(files)} {output}")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("--names", "clear  None"),
        ("--names hash", "hash  None"),
        ("--names=hash prod.json", "hash prod.json None"),
        ("--names prod.json", "clear prod.json None"),
        ("prod.json --names", "clear prod.json None"),
        ("--names --output x prod.json", "clear prod.json x"),
        ("--names clear hash", "clear hash None"),
        ("-- --names", "None --names None"),
    ],
)
def test_a_file_is_not_taken_for_an_optional_value(arguments: str, found: str) -> None:
    done = CliRunner().invoke(_optional, arguments.split())
    assert (done.exit_code, done.output) == (0, f"{found}\n")
