"""Examples at the end of a command's help. Tests run them, docs/cli.md shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click


class WithExamples(click.Command):
    """A command whose help ends with examples: `@click.command("…", cls=WithExamples, examples=("acctgate …",))`.

    One to four of them, as one types them; two blanks and `# …` behind one say what it does.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog, where there is one, and the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in aligned(self.examples):
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class GroupWithExamples(WithExamples, click.Group):
    """The same for a command that has commands of its own."""

    command_class = WithExamples


def aligned(examples: Sequence[str]) -> list[str]:
    """The examples with what they do in a column of its own."""
    pairs = [example.partition("  # ") for example in examples]
    width = max((len(typed) for typed, _, says in pairs if says), default=0)
    return [f"{typed:{width}}  # {says}" if says else typed for typed, _, says in pairs]
