"""Shell completion: the command that prints the script, and values that an option's type does not define.

It runs at each Tab, so it must start fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click
from click.shell_completion import CompletionItem, get_completion_class

from acctgate.cli import COMPLETE_VARIABLE
from acctgate.cli.examples import WithExamples

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


def files(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the name of a file, which the shell does itself."""
    return [CompletionItem(incomplete, type="file")]


def one_of(*names: str) -> Complete:
    """Return a function that completes one of these names."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return _starting_with(incomplete, dict.fromkeys(names))

    return complete


def rules(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the id of a built-in rule, with its title as help."""
    from acctgate.rules import RULES  # noqa: PLC0415 - only this completion needs the rules, which load pydantic

    return _starting_with(incomplete, {rule.id: rule.title for rule in RULES})


def _starting_with(incomplete: str, titles: Mapping[str, str | None]) -> list[CompletionItem[str]]:
    return [CompletionItem(name, help=title) for name, title in titles.items() if name.startswith(incomplete)]


@click.command(
    "completion",
    cls=WithExamples,
    short_help="Print the script for completion in bash, zsh or fish.",
    examples=("acctgate completion bash  # in ~/.bashrc, inside of eval", "acctgate completion fish"),
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script for completion of commands, options and values in a shell.

    Add eval "$(acctgate completion bash)" to ~/.bashrc, or the same with zsh to ~/.zshrc.
    """
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(ctx.find_root().command, {}, "acctgate", COMPLETE_VARIABLE).source())
