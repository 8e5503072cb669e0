"""Examples at the end of a command's help. Tests run them, and docs/cli.md shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click


class WithExamples(click.Command):
    """A command whose help ends with examples: `@click.command("…", cls=WithExamples, examples=("acctgate …",))`.

    Give one to four, as typed in a shell. Two spaces and `# …` after one explain it.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reject an option that takes one value and is given twice. Click would silently use the last value."""
        if not ctx.resilient_parsing:
            _, _, order = self.make_parser(ctx).parse_args(list(args))
            for parameter, count in Counter(order).items():
                if count > 1 and isinstance(parameter, click.Option) and _takes_one_value(parameter):
                    raise click.UsageError(
                        f"{max(parameter.opts, key=len)}: given {count} times; it takes one value", ctx
                    )
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog, if any, and the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in aligned(self.examples):
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _takes_one_value(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count)


class GroupWithExamples(WithExamples, click.Group):
    """A command with subcommands whose help ends with examples."""

    command_class = WithExamples


def aligned(examples: Sequence[str]) -> list[str]:
    """Return the examples with their comments in a column."""
    pairs = [example.partition("  # ") for example in examples]
    width = max((len(typed) for typed, _, comment in pairs if comment), default=0)
    return [f"{typed:{width}}  # {comment}" if comment else typed for typed, _, comment in pairs]
