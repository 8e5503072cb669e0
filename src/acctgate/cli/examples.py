"""Examples at the end of a command's help. Tests run them, docs/cli.md shows them."""

from __future__ import annotations

from collections import Counter
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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an option that takes one value and is given twice: click would use the last value and say nothing."""
        if not ctx.resilient_parsing:
            _, _, order = self.make_parser(ctx).parse_args(list(args))
            for parameter, count in Counter(order).items():
                if count > 1 and isinstance(parameter, click.Option) and _takes_one_value(parameter):
                    raise click.UsageError(
                        f"{max(parameter.opts, key=len)}: given {count} times; it takes one value", ctx
                    )
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog, where there is one, and the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in aligned(self.examples):
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _takes_one_value(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count)


class GroupWithExamples(WithExamples, click.Group):
    """The same for a command that has commands of its own."""

    command_class = WithExamples


def aligned(examples: Sequence[str]) -> list[str]:
    """The examples with what they do in a column of its own."""
    pairs = [example.partition("  # ") for example in examples]
    width = max((len(typed) for typed, _, says in pairs if says), default=0)
    return [f"{typed:{width}}  # {says}" if says else typed for typed, _, says in pairs]
