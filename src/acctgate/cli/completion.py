"""The command `acctgate completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from acctgate.cli import COMPLETE_VARIABLE
from acctgate.cli.support.examples import WithExamples


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
