"""The options that compare a report with earlier runs: --since and --history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.support.completion import files
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.option_group import option_group
from acctgate.cli.support.output import add_inputs
from acctgate.model.report import AccountReport, Summary
from acctgate.policy import Policy
from acctgate.redact import one_line
from acctgate.text import and_more

if TYPE_CHECKING:
    from acctgate.evaluate.history import History
    from acctgate.evaluate.since import SinceComparison
    from acctgate.model.since import Since


class Earlier:
    """The earlier runs that the options name."""

    def __init__(self, since: str | None, history: Path | None) -> None:
        self._since, self._folder = since, history
        self._history: History | None = None
        self._comparison: SinceComparison | None = None
        self.changes: Since | None = None
        """What changed, once `finish` has been called."""

    @property
    def compares(self) -> bool:
        """Whether an option names an earlier run."""
        return self._since is not None or self._folder is not None

    def read_history(self, policy: Policy | None, now: datetime) -> None:
        """Read the folder of snapshots, and judge them by a policy.

        Raises:
            click.ClickException: The folder or a snapshot cannot be read, or the policy is not known.
        """
        if self._folder is None:
            return
        if policy is None:
            raise click.ClickException("--history: the policy that judged is not in this folder; name it with --policy")
        from acctgate.evaluate.history import read_history  # noqa: PLC0415 - loads only for --history

        folder = self._folder
        add_inputs(folder.iterdir() if folder.is_dir() else ())
        self._history = or_fail(lambda: read_history(folder, policy, now))
        self._comparison = self._comparison or self._history.comparison()

    def read_report(self) -> None:
        """Read the report that --since names. It is compared with, and not the folder of snapshots.

        Raises:
            click.ClickException: It cannot be read.
        """
        if self._since is None:
            return
        from acctgate.evaluate.since import read_earlier  # noqa: PLC0415 - loads only for --since

        path = self._since
        self._comparison = or_fail(lambda: read_earlier(path))

    def watch(self, reports: Iterable[AccountReport]) -> Iterable[AccountReport]:
        """Return the reports, compared as they pass by."""
        if self._history is not None:
            reports = self._history.watch(reports)
        return self._comparison.watch(reports) if self._comparison is not None else reports

    def finish(self, summary: Summary) -> None:
        """Add to the totals what changed. A line on standard error names accounts that are gone."""
        if self._history is not None:
            summary.days = self._history.days()
        if self._comparison is None:
            return
        summary.since = self.changes = self._comparison.result()
        if gone := summary.since.gone:
            text = f"{summary.since.source}: account {gone[0]} is gone: it is not in this report"
            click.echo(f"acctgate: {one_line(text)}{and_more(len(gone) - 1)}", err=True)


comparing_options = option_group(
    "earlier",
    Earlier,
    click.option(
        "--since",
        metavar="REPORT",
        shell_complete=files,
        help="An earlier JSON or NDJSON report: show which accounts are newly blocked, repaired, new or gone.",
    ),
    click.option(
        "--history",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="A folder of earlier snapshots, as acctgate snapshot --output FOLDER fills it: the report shows how "
        "long each violation has been open.",
    ),
)
"""Adds --since and --history. The command gets an `Earlier` as `earlier`."""
