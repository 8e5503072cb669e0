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
        """Reject an option that takes one value and is given twice. Click would silently use the last value.

        Any error refers to the help of this command. Click's parser does not say whose an option without its value is.
        """
        args = _with_optional_values(self.params, args)
        try:
            if not ctx.resilient_parsing:
                self._reject_repeated(ctx, args)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def _reject_repeated(self, ctx: click.Context, args: list[str]) -> None:
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        for parameter, count in Counter(order).items():
            if count > 1 and isinstance(parameter, click.Option) and _takes_one_value(parameter):
                raise click.UsageError(f"{max(parameter.opts, key=len)}: given {count} times; it takes one value")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog, if any, and the examples."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in aligned(self.examples):
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _with_optional_values(parameters: Sequence[click.Parameter], args: Sequence[str]) -> list[str]:
    """Return the arguments; an option whose value is optional gets it if the next word is not one of its choices.

    Click would take a file that follows as the value.
    """
    options = [each for each in parameters if isinstance(each, click.Option) and not each.is_flag]
    optional = {name: each for each in options if isinstance(each.flag_value, str) for name in each.opts}
    found, rest = list(args), len(args)
    if "--" in found:
        rest = found.index("--")
    for place, word in enumerate(found[:rest]):
        option = optional.get(word)
        if option is not None and isinstance(option.type, click.Choice) and not _is_choice(option.type, found, place):
            found[place] = f"{word}={option.flag_value}"
    return found


def _is_choice(choice: click.Choice[Any], args: Sequence[str], place: int) -> bool:
    return place + 1 < len(args) and args[place + 1] in choice.choices


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
