"""Each command's help ends with examples, and the examples work: as typed, in a folder with the files they name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

import click
import pytest

from acctgate.cli import group
from acctgate.cli.examples import WithExamples, aligned

WIDEST: Final = 120
"""Columns. Examples are not folded: they are there to be copied."""


def leaves(command: click.Command, *words: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command below a command, and the words that call it."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    ctx = click.Context(command)
    for name in command.list_commands(ctx):
        below = command.get_command(ctx, name)
        assert below is not None
        yield from leaves(below, *words, name)


COMMANDS: Final = dict(leaves(group))
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
    typed = shlex.split(example, comments=True)
    assert typed[: len(words) + 1] == ["acctgate", *words], "an example is of its own command"
    COMMANDS[words].make_context(words[-1], typed[len(words) + 1 :])
