"""Every command with its options and examples, as Markdown. docs/cli.md is generated from it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from acctgate.cli.support.examples import WithExamples, aligned


def leaves(command: click.Command, *words: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command that has no subcommands, and the words after `acctgate` that call it."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    ctx = click.Context(command)
    for name in command.list_commands(ctx):
        below = command.get_command(ctx, name)
        if below is not None:
            yield from leaves(below, *words, name)


def markdown(group: click.Command) -> str:
    """Return a section for each command."""
    return "\n".join(_section(" ".join(("acctgate", *words)), command) for words, command in leaves(group))


def _section(name: str, command: click.Command) -> str:
    ctx = click.Context(command, info_name=name)
    usage = " ".join((name, *command.collect_usage_pieces(ctx)))
    parts = [f"### {name}", _paragraphs(command.help or ""), f"```text\n{usage}\n```"]
    records = [parameter.get_help_record(ctx) for parameter in command.params if parameter.name != "debug"]
    rows = [f"| {_code(names)} | {_cell(text)} |" for names, text in filter(None, records) if text]
    if rows:
        parts.append("\n".join(("| option | description |", "|---|---|", *rows)))
    if isinstance(command, WithExamples) and command.examples:
        parts.append("\n".join(("```console", *(f"$ {line}" for line in aligned(command.examples)), "```")))
    return "\n\n".join(parts) + "\n"


def _paragraphs(text: str) -> str:
    """Return the help as in the source, without click's marker for unwrapped paragraphs."""
    return inspect.cleandoc(text).replace("\b\n", "")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    """Return the text as one line, with bars escaped: a bar would end the cell."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|")
