"""Write reports in the requested formats, and return the exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

import click

from acctgate.cli.support.exit_status import ExitStatus
from acctgate.cli.support.output import Color, appearance, open_file, targets
from acctgate.cli.support.repository_root import repository_root
from acctgate.cli.support.totals import Totals
from acctgate.inert_text import clean
from acctgate.language import Language
from acctgate.model.judged_by import JudgedBy
from acctgate.model.organization import Scope
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.policy import Policy
from acctgate.redact import one_line
from acctgate.render import BINARY, FORMATS, Frame, Renderer, renderer
from acctgate.render.fleet import Fleet

if TYPE_CHECKING:
    from acctgate.frameworks.framework import Framework


class Look(NamedTuple):
    """How reports look, and how much is said beside them."""

    color: Color = "auto"
    language: Language = "en"
    quiet: bool = False
    """Whether there is no text report on standard output, and no notice on standard error."""
    verbose: bool = False


class Writer:
    """Writes reports in several formats at once, each to its own destination."""

    def __init__(
        self,
        policy: Policy | None,
        formats: Iterable[str],
        output: Path | None,
        look: Look = Look(),  # noqa: B008 - it is immutable
        judged_by: JudgedBy | None = None,
        frameworks: Sequence[Framework] = (),
    ) -> None:
        """Prepare to write reports.

        Args:
            policy: The policy that the accounts are judged by. Formats annotate its lines and list its rules. None
                if it is not known yet; `policy` and `judged_by` can be set until `write` is called.
            formats: The values of `--format`; text if there are none.
            output: The file for a format that names none, None for standard output.
            look: How reports look.
            judged_by: What judges, and when.
            frameworks: The frameworks whose controls are judged.

        Raises:
            click.UsageError: A format does not exist, or two have no file, or one that needs a file has none.
            click.ClickException: A format needs an extra that is not installed.
        """
        self.policy, self.judged_by, self._look = policy, judged_by, look
        self._frameworks = tuple(frameworks)
        self.scope: Scope | None = None
        """Which accounts of an organization are judged. May be set until `write` is called."""
        self.finish: Callable[[Summary], None] = lambda _: None
        """Adds to the totals what is known after the last account."""
        self._targets = targets(tuple(formats) or ("text",), output, (*FORMATS, *BINARY))
        for name, path in self._targets:
            if name in BINARY:
                _require_binary(name, path)
        if look.quiet:
            self._targets = [target for target in self._targets if target != ("text", None)]
        self._summary_file = os.environ.get("GITHUB_STEP_SUMMARY")

    @property
    def on_terminal(self) -> bool:
        """Whether a report goes to the terminal."""
        return sys.stdout.isatty() and any(path is None for _, path in self._targets)

    @property
    def text_on_stdout(self) -> bool:
        """Whether text for people goes to standard output."""
        return ("text", None) in self._targets

    @property
    def needs_reports(self) -> bool:
        """Whether the report on each account is shown: text shows many accounts by their totals."""
        return self._look.verbose or any(name != "text" for name, _ in self._targets)

    def write(
        self,
        reports: Iterable[AccountReport],
        notices: Callable[[], tuple[WaiverNotice, ...]] = tuple,
        rest: Iterable[Totals] = (),
    ) -> int:
        """Write each report as it arrives, then the waivers needing attention.

        Nothing is written if no account can be read. A line on standard error explains exit statuses 2 and 3.

        Args:
            reports: The reports on the accounts.
            notices: Returns the waivers. Called after the last account.
            rest: The totals over the accounts that follow, unless `needs_reports`.

        Returns:
            The exit status.
        """
        summary, status = Summary(), ExitStatus()
        with ExitStack() as stack:
            sinks = _Sinks(lambda: self._open(stack))
            for report in reports:
                status.add(report)
                summary.add(report)
                sinks.add(report, is_read=status.read)
            if fleet := _merged(rest, status, summary):
                sinks.merge(fleet, is_read=status.read)
            summary.waivers = notices()
            if self.scope is not None:
                summary.organization = self.scope.summarize(summary.accounts, summary.not_read)
            self.finish(summary)
            sinks.end(summary)
        if message := status.message(summary.verdict):
            click.echo(f"acctgate: {message}", err=True)
        if not self.text_on_stdout:  # text on standard output lists them itself
            self._write_notices(summary)
        return status.code(summary.verdict)

    def _write_notices(self, summary: Summary) -> None:
        """Write on standard error what formats may not show. Controls that block are named even with --quiet."""
        if not self._look.quiet:
            if summary.organization is not None:
                click.echo(f"acctgate: {clean(summary.organization.describe())}", err=True)
            for notice in summary.waivers:
                click.echo(f"acctgate: {one_line(notice.located)}", err=True)
        for name, total in summary.frameworks.items():
            if total.verdict != "pass":
                click.echo(f"acctgate: {name}: {total.describe()}", err=True)

    def _open(self, stack: ExitStack) -> list[tuple[Renderer, TextIO]]:
        sinks: list[tuple[Renderer, TextIO]] = []
        if self._summary_file and any(name == "github" for name, _ in self._targets):
            summary = stack.enter_context(Path(self._summary_file).open("a", encoding="utf-8", errors="replace"))  # noqa: SIM115
            sinks.append((renderer("markdown", self._frame()), summary))
        for name, path in self._targets:
            color, width = appearance(path, self._look.color)
            render = renderer(name, self._frame(color, width))
            file = sys.stdout
            if path is not None:
                file = stack.enter_context(open_file(path, render.encoding))
            file.write(render.begin())
            sinks.append((render, file))
        return sinks

    def _frame(self, color: bool = False, width: int = 110) -> Frame:
        folder, root = Path.cwd(), repository_root(Path.cwd(), os.environ)
        frame = Frame(
            color=color,
            width=width,
            judged_by=self.judged_by,
            frameworks=self._frameworks,
            language=self._look.language,
            verbose=self._look.verbose,
            folder=folder.as_posix(),
            root=root.as_posix() if root else "",
        )
        return replace(frame, places=self.policy.places, rules=self.policy.all_rules) if self.policy else frame


class _Sinks:
    """The destinations of the reports. They are opened once an account could be read; until then, reports wait."""

    def __init__(self, open_all: Callable[[], list[tuple[Renderer, TextIO]]]) -> None:
        """Take what opens them."""
        self._open_all = open_all
        self._sinks: list[tuple[Renderer, TextIO]] = []
        self._waiting: list[AccountReport] = []

    def add(self, report: AccountReport, *, is_read: bool) -> None:
        """Write the report on an account; `is_read` tells whether any account could be read so far."""
        self._waiting.append(report)
        if is_read:
            self._write()

    def merge(self, fleet: Fleet, *, is_read: bool) -> None:
        """Add the totals over the accounts that follow, of which there are no reports."""
        if is_read:
            self._write()
        for render, _ in self._sinks:
            render.merge(fleet)

    def end(self, summary: Summary) -> None:
        """Write what follows the last account."""
        for render, file in self._sinks:
            file.write(render.end(summary))

    def _write(self) -> None:
        """Write the reports that wait."""
        self._sinks = self._sinks or self._open_all()
        for render, file in self._sinks:
            for report in self._waiting:
                file.write(render.account(report))
        self._waiting.clear()


def _require_binary(name: str, path: Path | None) -> None:
    if path is None:
        raise click.UsageError(f"--format {name} needs a file; use {name}=FILE")
    from acctgate.installation import PARQUET, MissingExtraError  # noqa: PLC0415 - few reports need an extra

    try:
        PARQUET.require(f"--format {name}")
    except MissingExtraError as error:
        raise click.ClickException(str(error)) from None


def _merged(parts: Iterable[Totals], status: ExitStatus, summary: Summary) -> Fleet | None:
    """Add totals to the status and the summary. Return the sum of their fleets, None if there are none."""
    fleet: Fleet | None = None
    for totals in parts:
        status.merge(totals.status)
        summary.merge(totals.summary)
        if fleet is None:
            fleet = totals.fleet
        else:
            fleet.merge(totals.fleet)
    return fleet
