"""The command line. Each command is a module of its own and is loaded only when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final, NoReturn

import click

from acctgate.version import __version__

_COMPLETE: Final = "_ACCTGATE_COMPLETE"
_COMMANDS: Final = (
    "init",
    "check",
    "snapshot",
    "preview",
    "fix",
    "diff",
    "policy",
    "test",
    "waive",
    "rules",
    "explain",
    "schema",
    "compliance",
    "doctor",
    "demo-account",
)


class _Commands(click.Group):
    """Finds a command's module by its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"acctgate.cli.{cmd_name.replace('-', '_')}").command
        _add_debug(command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Where whoever reads the output has seen enough, click would end with 1: a violation."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                click.echo(nl=False)  # flushes
        except BrokenPipeError:
            _drop_output()
            return 2


def _drop_output() -> None:
    """What is still to be written has no place to go: Python would try again at its end, and end with 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _debug(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from acctgate import log

        os.environ["ACCTGATE_DEBUG"] = "1"  # for the policy pack, which is another process
        log.show()


def _add_debug(command: click.Command) -> None:
    """Every command takes --debug, before its name and behind it."""
    if not any(parameter.name == "debug" for parameter in command.params):
        told = "Also write tracebacks, of what is told in one line, to stderr."
        option = click.Option(
            ["--debug"], is_flag=True, envvar="ACCTGATE_DEBUG", expose_value=False, callback=_debug, help=told
        )
        command.params.append(option)
    for sub in command.commands.values() if isinstance(command, click.Group) else ():
        _add_debug(sub)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="acctgate")
def group() -> None:
    """The gate for Alibaba Cloud accounts.

    Exit status of check and preview: 0 pass, 1 a mandatory rule is violated, 3 a mandatory rule could not be
    decided, 2 anything else.
    """


_add_debug(group)


def main() -> NoReturn:
    """Run a command. Whatever goes wrong is one line and exit status 2: 1 would mean a violation."""
    from acctgate.redact import one_line
    from acctgate.text import os_reason

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # reports are UTF-8, whatever the locale; half a surrogate pair is a ?
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = group.main(standalone_mode=False, prog_name="acctgate")
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        code = _fail(one_line(error.format_message()), error)
    except (click.Abort, KeyboardInterrupt):
        code = _fail("interrupted")
    except SystemExit as end:  # so ends completion, and click where whoever reads the help has seen enough
        code = end.code if _COMPLETE in os.environ and end.code == 0 else 2
    except OSError as error:
        from acctgate.log import trace

        trace("the system says no", error)
        _drop_output()
        code = _fail(one_line(f"{error.filename or 'the output'}: {os_reason(error)}"))
    except Exception as error:
        from acctgate.log import trace

        trace("a fault of acctgate", error)
        hint = "--debug shows where"
        code = _fail(f"{type(error).__name__}: {one_line(error)} (this is a fault of acctgate; {hint})")
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, error: click.ClickException | None = None) -> int:
    hint = ""
    if isinstance(error, click.UsageError):
        path: Any = error.ctx.command_path if error.ctx else "acctgate"
        hint = f" (see {path} --help)"
    click.echo(f"acctgate: {message}{hint}", err=True)
    return 2
