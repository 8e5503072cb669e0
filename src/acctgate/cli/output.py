"""Write reports in the requested formats, and return the exit status."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TextIO

import click

from acctgate.cli.repository_root import repository_root
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import Verdict, reason_of
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver import WaiverNotice
from acctgate.policy import Policy, PolicyError
from acctgate.policy.find import find_policy
from acctgate.redact import one_line
from acctgate.render import FORMATS, Frame, Renderer, renderer
from acctgate.text import and_more, os_reason
from acctgate.writing import WriteError, open_output

EXIT: Final[dict[Verdict, int]] = {"pass": 0, "fail": 1, "unknown": 3}
UNUSABLE: Final = 2
MINIMUM_WIDTH: Final = 60
"""Columns."""

OVERWRITE: Final = "acctgate.overwrite"
"""Whether `--force` is given, in the context of commands that have the option. The others overwrite their reports."""
_OUTPUTS: Final = ("output", "formats", "rows")
"""Parameters that name outputs."""

Color = Literal["auto", "always", "never"]
"""The values of `--color`."""


class Writer:
    """Writes reports in several formats at once, each to its own destination."""

    def __init__(
        self,
        policy: Policy | None,
        formats: Iterable[str],
        output: Path | None,
        color: Color = "auto",
        judged_by: JudgedBy | None = None,
    ) -> None:
        """Prepare to write reports.

        Args:
            policy: The policy that the accounts are judged by. Formats annotate its lines and list its rules. None
                if it is not known yet; `policy` and `judged_by` can be set until `write` is called.
            formats: The values of `--format`; text if there are none.
            output: The file for a format that names none, None for standard output.
            color: Whether text is coloured.
            judged_by: What judges, and when.

        Raises:
            click.UsageError: A format does not exist, or two have no file.
        """
        self.policy, self.judged_by, self._color = policy, judged_by, color
        self._targets = targets(tuple(formats) or ("text",), output)
        self._summary_file = os.environ.get("GITHUB_STEP_SUMMARY")

    @property
    def on_terminal(self) -> bool:
        """Whether a report goes to the terminal."""
        return sys.stdout.isatty() and any(path is None for _, path in self._targets)

    def write(self, reports: Iterable[AccountReport], notices: Callable[[], tuple[WaiverNotice, ...]] = tuple) -> int:
        """Write each report as it arrives, then the waivers needing attention.

        Nothing is written if no account can be read. A line on standard error explains exit statuses 2 and 3.

        Returns:
            The exit status.
        """
        summary, tally = Summary(), _Tally()
        with ExitStack() as stack:
            sinks: list[tuple[Renderer, TextIO]] = []
            unread: list[AccountReport] = []
            for report in reports:
                tally.add(report)
                summary.add(report)
                unread.append(report)
                if tally.read:
                    sinks = sinks or self._open(stack)
                    _put(unread, sinks)
            summary.waivers = notices()
            for render, file in sinks:
                file.write(render.end(summary))
        if message := tally.message(summary.verdict):
            click.echo(f"acctgate: {message}", err=True)
        if ("text", None) not in self._targets:  # text on standard output lists them itself
            for notice in summary.waivers:
                click.echo(f"acctgate: {one_line(notice.located)}", err=True)
        return UNUSABLE if tally.unread else EXIT[summary.verdict]

    def _open(self, stack: ExitStack) -> list[tuple[Renderer, TextIO]]:
        sinks: list[tuple[Renderer, TextIO]] = []
        if self._summary_file and any(name == "github" for name, _ in self._targets):
            summary = stack.enter_context(Path(self._summary_file).open("a", encoding="utf-8", errors="replace"))  # noqa: SIM115
            sinks.append((renderer("markdown", self._frame()), summary))
        for name, path in self._targets:
            file = sys.stdout
            if path is not None:
                # A byte order mark: without one, Excel reads CSV in the system's old encoding.
                encoding = "utf-8-sig" if name == "csv" else "utf-8"
                file = stack.enter_context(_open(path, self._policy_files(), encoding))
            color, width = appearance(path, self._color)
            render = renderer(name, self._frame(color, width))
            file.write(render.begin())
            sinks.append((render, file))
        return sinks

    def _policy_files(self) -> set[str]:
        """Return the policy's file and those that it extends."""
        if self.policy is None:
            return set()
        return {self.policy.source, *(place.file for place in self.policy.places.values())}

    def _frame(self, color: bool = False, width: int = 110) -> Frame:
        folder, root = Path.cwd(), repository_root(Path.cwd(), os.environ)
        frame = Frame(
            color=color,
            width=width,
            judged_by=self.judged_by,
            folder=folder.as_posix(),
            root=root.as_posix() if root else "",
        )
        return replace(frame, places=self.policy.places, rules=self.policy.all_rules) if self.policy else frame


def _put(reports: list[AccountReport], sinks: Iterable[tuple[Renderer, TextIO]]) -> None:
    """Write the reports to each sink, and empty the list."""
    for render, file in sinks:
        for report in reports:
            file.write(render.account(report))
    reports.clear()


def write_text(text: str, output: Path | None) -> None:
    """Write the whole output of a command to a file, or to standard output if `output` is None."""
    if output is None:
        click.echo(text, nl=False, color=True)  # keep colour codes: the caller decided on them
        return
    with _open(output) as file:
        try:
            file.write(text)
            file.flush()
        except OSError as error:
            raise click.ClickException(f"{output}: {os_reason(error)}") from None


def _open(path: Path, inputs: Iterable[str] = (), encoding: str = "utf-8") -> TextIO:
    """Open an output file. The files that the command's parameters name are inputs."""
    context = click.get_current_context(silent=True)
    given = {} if context is None else context.params
    named = [str(value) for key, values in given.items() if key not in _OUTPUTS for value in _each(values)]
    overwrite = context is None or bool(context.meta.get(OVERWRITE, True))
    try:
        return open_output(
            path, overwrite=overwrite, inputs=[*named, *_repository_policy(), *inputs], encoding=encoding
        )
    except WriteError as error:
        raise click.ClickException(str(error)) from None


def _repository_policy() -> list[Path]:
    """Return the policy that a command without `--policy` reads."""
    try:
        return [find_policy(Path.cwd())]
    except PolicyError:
        return []


def _each(values: object) -> Iterable[object]:
    return values if isinstance(values, tuple) else () if values is None else (values,)


def appearance(output: Path | None, color: Color, width: int = 110) -> tuple[bool, int]:
    """Return how text looks at its destination.

    Returns:
        Whether it is coloured, and its width in columns: the terminal's, at least 60; `width` elsewhere.
    """
    terminal = output is None and sys.stdout.isatty()
    if color == "auto":
        colored = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    else:
        colored = color == "always"
    return colored, max(MINIMUM_WIDTH, shutil.get_terminal_size((width, 24)).columns) if terminal else width


class _Tally:
    """Collects what standard error reports: accounts that cannot be read, and unknown mandatory rules."""

    def __init__(self) -> None:
        self.unread: list[str] = []
        self.read = False
        """Whether any account could be read."""
        self._unknown = ""
        """The first unknown mandatory rule with its reason."""
        self._unknown_count = 0

    def add(self, report: AccountReport) -> None:
        if report.unreadable:
            self.unread.append(report.unreadable)
        else:
            self.read = True
        if report.verdict != "unknown":
            return
        unknown = [outcome for outcome in report.outcomes if outcome.binding and outcome.outcome == "unknown"]
        if unknown and not self._unknown:
            self._unknown = f"{unknown[0].rule}: {reason_of(unknown[0].message)}"
        self._unknown_count += len(unknown)

    def message(self, verdict: Verdict) -> str | None:
        """Return the reason for exit status 2 or 3, None for other statuses."""
        if self.unread:
            return f"{one_line(self.unread[0])}{and_more(len(self.unread) - 1)}"
        if verdict == "unknown":
            return f"unknown: {one_line(self._unknown)}{and_more(self._unknown_count - 1)}"
        return None


def targets(
    formats: tuple[str, ...], output: Path | None, known: Collection[str] = FORMATS
) -> list[tuple[str, Path | None]]:
    """Parse the values of --format, F or F=FILE, into formats and files. None is standard output.

    Raises:
        click.UsageError: A format is not one of `known`, or two of them have no file.
    """
    found: list[tuple[str, Path | None]] = []
    for text in formats:
        name, equals, file = text.partition("=")
        if name not in known:
            raise click.UsageError(f"--format {name}: invalid choice; use {', '.join(known)}")
        if equals and not file:
            raise click.UsageError(f"--format {text}: missing file after =")
        found.append((name, Path(file) if file else output))
    if sum("=" not in text for text in formats) > 1:
        raise click.UsageError("--format: only one may omit its file; use for example json=report.json")
    return found
