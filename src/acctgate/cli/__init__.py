"""The command line. The table names each command's module, which is imported only when the command is used."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final, NoReturn

import click
from click.shell_completion import CompletionItem

from acctgate import log
from acctgate.redact import one_line
from acctgate.text import os_reason
from acctgate.version import __version__

COMPLETE_VARIABLE: Final = "_ACCTGATE_COMPLETE"
"""The variable by which the script of a shell asks for completion."""

_LONGEST_MESSAGE: Final = 10_000
"""Characters of a message: it may list every error of a compiler."""
_GARBAGE: Final = 50_000
"""New objects before Python looks for garbage. Its default of 700 takes a twentieth of a small check, for nothing."""

COMMANDS: Final[Mapping[str, str]] = {
    "demo": "Show a verdict on the embedded demo account.",
    "init": "Set up acctgate in a repository: policy, pack and pipeline.",
    "check": "Check API responses, snapshots, or the live account.",
    "snapshot": "Read the live account and write a snapshot.",
    "merge": "Join the parts of snapshot --organization --shard.",
    "preview": "Run pulumi preview of this project with the policy pack.",
    "fix": "Print the resource that makes an account satisfy the policy.",
    "diff": "Compare two snapshots, reports or policies.",
    "policy": "Show the effective policy, or find errors in it.",
    "test": "Run unit tests for policies and rules: examples in folders.",
    "waive": "Add a waiver to the policy file.",
    "rules": "List the rules.",
    "explain": "Explain one rule, or one outcome of a report.",
    "schema": "Print a JSON Schema: snapshot, policy, report or diff.",
    "compliance": "Generate and download reports of compliance packs.",
    "completion": "Print the script for completion in bash, zsh or fish.",
    "doctor": "Check engine, credentials, endpoints, permissions and clock.",
    "demo-account": "Serve the embedded demo account.",
}
"""The short help of each command. Its module is `acctgate.cli.NAME`, with `_` for `-`."""


class _Commands(click.Group):
    """The commands of `COMMANDS`. Listing them imports none of their modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"acctgate.cli.{cmd_name.replace('-', '_')}").command
        _add_debug(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest a similar command if there is no command of this name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            close = get_close_matches(name.lower(), COMMANDS, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"No such command '{name}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Complete the name of a command, or an option."""
        names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Exit 2 on a closed pipe; click's 1 would mean a violation."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                click.echo(nl=False)  # flushes
        except BrokenPipeError:
            _discard_output()
            return 2


def _discard_output() -> None:
    """Send buffered output to the null device. Otherwise Python writes it again at exit, and exits with 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _debug(ctx: click.Context, parameter: click.Parameter, enabled: bool) -> None:
    if enabled:
        os.environ["ACCTGATE_DEBUG"] = "1"  # for the policy pack, which is another process
        log.show()


def _add_debug(command: click.Command) -> None:
    """Add --debug to a command and its subcommands, so that it works before and after a command's name."""
    if not any(parameter.name == "debug" for parameter in command.params):
        option = click.Option(
            ["--debug"],
            is_flag=True,
            envvar="ACCTGATE_DEBUG",
            expose_value=False,
            callback=_debug,
            help="Show full tracebacks on stderr.",
        )
        command.params.append(option)
    for sub in command.commands.values() if isinstance(command, click.Group) else ():
        _add_debug(sub)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="acctgate")
def group() -> None:
    """Policy as code for Alibaba Cloud accounts.

    Exit status of check and preview: 0 pass; 1 a mandatory rule is violated; 3 a mandatory rule is unknown;
    2 any other error.
    """


_add_debug(group)


def main() -> NoReturn:
    """Run a command. Report any error in one line with exit status 2, since 1 would mean a violation."""
    gc.set_threshold(_GARBAGE)
    atexit.register(gc.freeze)  # skips the last garbage collection: the process ends anyway
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # reports are UTF-8 in every locale; a lone surrogate becomes ?
            stream.reconfigure(encoding="utf-8", errors="replace")
    with _terminated_like_interrupted():
        code = _run()
    raise SystemExit(code if isinstance(code, int) else 0)  # a rule module cannot replace this, as it can sys.exit


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: processes and temporary files go. Restore the handlers afterwards."""
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        for each, handler in before.items():
            if handler is not None:  # it is not Python's
                signal.signal(each, handler)


def _run() -> object:
    """Run a command, and return its exit status, or anything else for 0."""
    try:
        code: object = group.main(standalone_mode=False, prog_name="acctgate")
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        code = _fail(one_line(error.format_message(), _LONGEST_MESSAGE), error)
    except (click.Abort, KeyboardInterrupt):
        code = _fail("interrupted")
    except SystemExit as end:  # raised by completion, and by click if the reader of the help closes the pipe
        code = end.code if COMPLETE_VARIABLE in os.environ and end.code == 0 else 2
    except OSError as error:
        log.trace("the operating system reported an error", error)
        _discard_output()
        code = _fail(one_line(f"{error.filename or 'the output'}: {os_reason(error)}"))
    except Exception as error:
        log.trace("a bug in acctgate", error)
        code = _fail(f"{type(error).__name__}: {one_line(error)} (this is a bug in acctgate; --debug shows where)")
    return code


def _fail(message: str, error: click.ClickException | None = None) -> int:
    hint = ""
    if isinstance(error, click.UsageError):
        hint = f" (see {error.ctx.command_path if error.ctx else 'acctgate'} --help)"
    click.echo(f"acctgate: {message}{hint}", err=True)
    return 2
