"""Where output goes: standard output or a file that is not an input, in colour or not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final, Literal, TextIO

import click
from click.core import ParameterSource

from acctgate.policy import PolicyError
from acctgate.policy.find import find_policy
from acctgate.text import did_you_mean, os_reason
from acctgate.writing import WriteError, open_output

MINIMUM_WIDTH: Final = 60
"""Columns."""

STDOUT: Final = "-"
"""Names standard output in place of a file. The file of that name is `./-`."""
OVERWRITE: Final = "acctgate.overwrite"
"""Whether `--force` is given, in the context of commands that have the option. The others overwrite their reports."""
_INPUTS: Final = "acctgate.inputs"
"""Files that the command reads and that no parameter names, in its context."""
_OUTPUTS: Final = ("output", "formats", "rows")
"""Parameters that name outputs."""

Color = Literal["auto", "always", "never"]
"""The values of `--color`."""


class OutputFile(click.Path):
    """The type of options that name an output: a file, or None for standard output."""

    def __init__(self, *, needs_file: bool = False, dir_okay: bool = True) -> None:
        """Accept `-` for standard output, or refuse it if the output must be a file."""
        super().__init__(path_type=Path, dir_okay=dir_okay)
        self._needs_file = needs_file

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the file, or None."""
        if value != STDOUT:
            return super().convert(value, param, ctx)
        if self._needs_file:
            self.fail("needs a file, not standard output", param, ctx)
        return None


def write_text(text: str, output: Path | None) -> None:
    """Write the whole output of a command to a file, or to standard output if `output` is None."""
    if output is None:
        click.echo(text, nl=False, color=True)  # keep colour codes: the caller decided on them
        return
    with open_file(output) as file:
        try:
            file.write(text)
            file.flush()
        except OSError as error:
            raise click.ClickException(f"{output}: {os_reason(error)}") from None


def open_file(path: Path, encoding: str = "utf-8") -> TextIO:
    """Open an output file. What the command's parameters name and what `add_inputs` has added are inputs."""
    context = click.get_current_context(silent=True)
    given = {} if context is None else context.params
    named = [str(value) for key, values in given.items() if key not in _OUTPUTS for value in _each(values)]
    overwrite = context is None or bool(context.meta.get(OVERWRITE, True))
    read = () if context is None else context.meta.get(_INPUTS, ())
    try:
        return open_output(path, overwrite=overwrite, inputs=[*named, *_repository_policy(), *read], encoding=encoding)
    except WriteError as error:
        raise click.ClickException(str(error)) from None


def add_inputs(files: Iterable[Path]) -> None:
    """Refuse these files as outputs of the command."""
    click.get_current_context().meta.setdefault(_INPUTS, []).extend(files)


def _repository_policy() -> list[Path]:
    """Return the policy that a command without `--policy` reads."""
    try:
        return [find_policy(Path.cwd())]
    except PolicyError:
        return []


def _each(values: object) -> Iterable[object]:
    return values if isinstance(values, tuple) else () if values is None else (values,)


def terminal_width() -> int | None:
    """Return the columns of the terminal, or those that COLUMNS sets, at least 60; None if there is neither."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").strip("0 ").isdecimal():
        return max(MINIMUM_WIDTH, shutil.get_terminal_size((110, 24)).columns)
    return None


def appearance(output: Path | None, color: Color, width: int = 110) -> tuple[bool, int]:
    """Return how text looks at its destination.

    Returns:
        Whether it is coloured, and its width in columns: that of `terminal_width`, else `width`.
    """
    columns = terminal_width() if output is None else None
    if color == "auto":
        on_terminal = output is None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        forced = output is None and os.environ.get("FORCE_COLOR", "0") not in ("", "0")
        colored = (on_terminal or forced) and not os.environ.get("NO_COLOR")
    else:
        colored = color == "always"
    return colored, columns or width


def targets(formats: tuple[str, ...], output: Path | None, known: Collection[str]) -> list[tuple[str, Path | None]]:
    """Parse the values of --format, F or F=FILE, into formats and files. None is standard output, as is `-`.

    Raises:
        click.UsageError: A format is not one of `known`, two of them have no file, or the same, or go to standard
            output, or none takes `output`.
    """
    found: list[tuple[str, Path | None]] = []
    for text in formats:
        name, equals, file = text.partition("=")
        if name not in known:
            hint = did_you_mean(name, known)
            raise click.UsageError(f"--format {name}: invalid choice{hint}; use {', '.join(known)}")
        if equals and not file:
            raise click.UsageError(f"--format {text}: missing file after =")
        found.append((name, output if not file else None if file == STDOUT else Path(file)))
    if sum("=" not in text for text in formats) > 1:
        raise click.UsageError("--format: only one may omit its file; use for example json=report.json")
    if sum(file is None for _, file in found) > 1:
        raise click.UsageError("--format: only one may go to standard output; use for example json=report.json")
    if _is_given("output") and all("=" in text for text in formats):
        raise click.UsageError("--output: each --format has a file of its own; leave --output out, or one of the files")
    _refuse_shared_files([file for _, file in found if file is not None])
    return found


def _is_given(name: str) -> bool:
    """Return whether an option of the running command is given, even as its default."""
    source = click.get_current_context().get_parameter_source(name)
    return source in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


def _refuse_shared_files(paths: list[Path]) -> None:
    """Refuse one file for two formats."""
    files = [os.path.realpath(path) for path in paths]
    for file in files:
        if files.count(file) > 1 and (Path(file).is_file() or not Path(file).exists()):  # /dev/null takes several
            raise click.UsageError(
                f"--format: {os.path.relpath(file)} is the file of two formats; use one file for each"
            )
