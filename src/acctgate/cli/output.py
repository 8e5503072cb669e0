"""Write reports in the formats that were asked for, and say how it ends."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from acctgate.model.outcome import Verdict, reason_of
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver import WaiverNotice
from acctgate.redact import one_line
from acctgate.render import FORMATS, Frame, Renderer, renderer
from acctgate.text import os_reason

if TYPE_CHECKING:
    from acctgate.cli.options import Color
    from acctgate.policy import Policy

EXIT: Final[dict[Verdict, int]] = {"pass": 0, "fail": 1, "unknown": 3}
UNUSABLE: Final = 2
_IN_A_ROW: Final = 16


class Writer:
    """Writes reports in several formats at once, each to its own destination."""

    def __init__(self, policy: Policy, formats: Iterable[str], output: Path | None, color: Color = "auto") -> None:
        """Prepare to write reports.

        Args:
            policy: The policy that the accounts are judged by. Formats annotate its lines and list its rules.
            formats: The values of `--format`; text if there are none.
            output: The file for a format that names none, None for standard output.
            color: Whether text is coloured.

        Raises:
            click.UsageError: A format does not exist, or two have no file.
        """
        self._policy, self._color = policy, color
        self._targets = targets(tuple(formats) or ("text",), output)
        self._summary_file = os.environ.get("GITHUB_STEP_SUMMARY")

    @property
    def on_terminal(self) -> bool:
        """Whether the reports themselves are seen as they come."""
        return sys.stdout.isatty() and any(path is None for _, path in self._targets)

    def write(self, reports: Iterable[AccountReport], notices: Callable[[], tuple[WaiverNotice, ...]] = tuple) -> int:
        """Write the reports as they come, and at the end the waivers that want attention.

        Returns:
            The exit status. The line on standard error that says why is written too.
        """
        summary, tally = Summary(), _Tally()
        with ExitStack() as stack:
            sinks: list[tuple[Renderer, TextIO]] = []
            waiting: list[AccountReport] = []
            for report in reports:
                tally.look(report)
                summary.add(report)
                waiting.append(report)
                if tally.read and len(waiting) >= self._at_once:
                    sinks = sinks or self._open(stack)
                    _put(waiting, sinks)
            if tally.read:  # nothing is written where nothing at all can be read
                sinks = sinks or self._open(stack)
                _put(waiting, sinks)
            summary.waivers = notices()
            for render, file in sinks:
                file.write(render.end(summary))
        tally.say(summary.verdict)
        if ("text", None) not in self._targets:  # else they stand in what is read anyway
            for notice in summary.waivers:
                click.echo(f"acctgate: {one_line(notice.located)}", err=True)
        return UNUSABLE if tally.unread else EXIT[summary.verdict]

    @property
    def _at_once(self) -> int:
        """How many accounts a format writes in a row. Several formats would else push each other out of the caches."""
        return 1 if self.on_terminal or len(self._targets) == 1 else _IN_A_ROW

    def _open(self, stack: ExitStack) -> list[tuple[Renderer, TextIO]]:
        sinks: list[tuple[Renderer, TextIO]] = []
        if self._summary_file and any(name == "github" for name, _ in self._targets):
            summary = stack.enter_context(Path(self._summary_file).open("a", encoding="utf-8", errors="replace"))  # noqa: SIM115
            sinks.append((renderer("markdown", self._frame()), summary))
        for name, path in self._targets:
            file = sys.stdout
            if path is not None:
                try:
                    file = stack.enter_context(path.open("w", encoding="utf-8", errors="replace", newline="\n"))
                except OSError as error:
                    raise click.ClickException(f"{path}: {os_reason(error)}") from None
            color, width = appearance(path, self._color)
            render = renderer(name, self._frame(color, width))
            file.write(render.begin())
            sinks.append((render, file))
        return sinks

    def _frame(self, color: bool = False, width: int = 110) -> Frame:
        return Frame(self._policy.places, self._policy.all_rules, color, width)


def _put(reports: list[AccountReport], sinks: Iterable[tuple[Renderer, TextIO]]) -> None:
    for render, file in sinks:
        file.write("".join(map(render.account, reports)))
    reports.clear()


def write_text(text: str, output: Path | None) -> None:
    """Write what a command prints as a whole, to a file or to standard output."""
    if output is None:
        click.echo(text, nl=False, color=True)  # as it is: whoever made it knows where it goes
        return
    try:
        output.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise click.ClickException(f"{output}: {os_reason(error)}") from None


def appearance(output: Path | None, color: Color, width: int = 110) -> tuple[bool, int]:
    """How text looks where it goes.

    Returns:
        Whether it is coloured, and its width in columns: the terminal's, at least 80, or `width` where there is none.
    """
    terminal = output is None and sys.stdout.isatty()
    if color == "auto":
        colored = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    else:
        colored = color == "always"
    return colored, max(80, shutil.get_terminal_size((width, 24)).columns) if terminal else width


class _Tally:
    """What the line on standard error is about."""

    def __init__(self) -> None:
        self.unread: list[str] = []
        self.read = False
        """Whether any account could be read."""
        self._unknown: list[str] = []
        self._more = 0

    def look(self, report: AccountReport) -> None:
        if report.unreadable:
            self.unread.append(report.unreadable)
        else:
            self.read = True
        if report.verdict != "unknown":
            return
        for outcome in report.outcomes:
            if outcome.binding and outcome.outcome == "unknown":
                if self._unknown:
                    self._more += 1
                else:
                    self._unknown.append(f"{outcome.rule}: {reason_of(outcome.message)}")

    def say(self, verdict: Verdict) -> None:
        if self.unread:
            more = f" (and {len(self.unread) - 1} more)" if len(self.unread) > 1 else ""
            click.echo(f"acctgate: {one_line(self.unread[0])}{more}", err=True)
        elif verdict == "unknown":
            more = f" (and {self._more} more)" if self._more else ""
            click.echo(f"acctgate: unknown: {one_line(self._unknown[0])}{more}", err=True)


def targets(
    formats: tuple[str, ...], output: Path | None, known: Collection[str] = FORMATS
) -> list[tuple[str, Path | None]]:
    """What goes where, from F and F=FILE.

    Raises:
        click.UsageError: A format is none of `known`, or two of them have no file.
    """
    found: list[tuple[str, Path | None]] = []
    for text in formats:
        name, equals, file = text.partition("=")
        if name not in known:
            raise click.UsageError(f"--format {name}: is none of {', '.join(known)}")
        if equals and not file:
            raise click.UsageError(f"--format {text}: a file stands behind =")
        found.append((name, Path(file) if file else output))
    if sum("=" not in text for text in formats) > 1:
        raise click.UsageError("--format: all but one need a file, as in json=report.json")
    return found
