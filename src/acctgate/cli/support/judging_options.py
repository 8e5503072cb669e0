"""The options that `check` and `preview` share: what blocks, by which policy, and where the reports go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.support.completion import files, one_of
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.live_options import Live, live_options
from acctgate.cli.support.notify_options import Notifier, notify_link_option, notify_option
from acctgate.cli.support.option_group import option_group
from acctgate.cli.support.options import (
    account_option,
    color_option,
    format_option,
    language_option,
    max_age_option,
    names_option,
    output_option,
    policy_option,
    quiet_option,
    verbose_option,
)
from acctgate.cli.support.output import Color
from acctgate.cli.support.writer import Look, Writer
from acctgate.evaluate.fail_on import LEVELS, FailOn
from acctgate.language import Language
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import SEVERITIES, Level, Severity
from acctgate.model.report import AccountReport
from acctgate.policy import Policy
from acctgate.redact import one_line
from acctgate.text import and_more

if TYPE_CHECKING:
    from acctgate.evaluate.baseline import Baseline, BaselineEntry
    from acctgate.frameworks.framework import Framework


@dataclass(frozen=True, slots=True)
class Judging:
    """The values of the shared options."""

    baseline_file: str | None
    fail_on_words: tuple[str, ...]
    policy_file: Path | None
    formats: tuple[str, ...]
    output: Path | None
    color: Color
    notify: tuple[tuple[str, str], ...]
    notify_link: str | None
    language: Language
    quiet: bool
    verbose: bool
    live: Live

    def writer(
        self,
        policy: Policy | None = None,
        judged_by: JudgedBy | None = None,
        frameworks: Sequence[Framework] = (),
    ) -> Writer:
        """Return the writer for the requested formats.

        Raises:
            click.UsageError: A format is invalid, or the options contradict each other.
        """
        if self.quiet and self.verbose:
            raise click.UsageError("--quiet and --verbose contradict each other")
        look = Look(self.color, self.language, self.quiet, self.verbose)
        return Writer(policy, self.formats, self.output, look, judged_by, frameworks)

    def notice(self, message: str) -> None:
        """Write a line to standard error that is not an error."""
        if not self.quiet:
            click.echo(f"acctgate: {message}", err=True)

    def notifier(self) -> Notifier:
        """Return what sends the messages of --notify; none without the option.

        Raises:
            click.UsageError: --notify-link is given without --notify.
        """
        if not self.notify and self.notify_link:
            raise click.UsageError("--notify-link goes with --notify")
        return Notifier(self.notify, self.notify_link, os.environ)

    def require_baseline(self) -> None:
        """Refuse a baseline that cannot be used, before the policy is known.

        Raises:
            click.ClickException: It cannot be read, or is invalid.
        """
        self._read_baseline(None)

    def baseline(self, policy: Policy | None) -> Baseline | None:
        """Return the baseline that --baseline names. A notice names what in it excuses nothing.

        Raises:
            click.ClickException: It cannot be read, or is invalid, or it is a snapshot and the policy is not known.
        """
        found = self._read_baseline(policy)
        if found is not None and found.needs_policy and policy is None:
            reason = "is a snapshot, and the policy that judged is not in this folder"
            raise click.ClickException(f"{found.source}: {reason}; name it with --policy, or use a report")
        if found is not None and found.nameless:
            (_, rule, *_), *more = found.nameless
            reason = "the account has no ID, so its findings excuse nothing"
            self.notice(f"{one_line(found.source)}: {reason}: {rule}{and_more(len(more))}")
        return found

    def _read_baseline(self, policy: Policy | None) -> Baseline | None:
        if self.baseline_file is None:
            return None
        from acctgate.evaluate.baseline_file import read_baseline  # noqa: PLC0415 - loads only for a baseline

        path = self.baseline_file
        return or_fail(lambda: read_baseline(path, policy, datetime.now(UTC)))

    def fail_on(self) -> FailOn | None:
        """Return what blocks according to --fail-on, None without the option.

        Raises:
            click.UsageError: A word is invalid, or two are of one kind.
        """
        if not self.fail_on_words:
            return None
        try:
            return FailOn.of(word.strip() for value in self.fail_on_words for word in value.split(","))
        except ValueError as error:
            raise click.UsageError(f"--fail-on {error}") from None

    def warn_stale_baseline(self, stale: Sequence[BaselineEntry]) -> None:
        """Report the entries of the baseline that no longer occur."""
        if not stale:
            return
        account, rule, *_ = stale[0]
        name = f"{rule} of account {account}" if account else rule
        message = one_line(f"{self.baseline_file} can shrink: {name} no longer occurs")
        self.notice(f"{message}{and_more(len(stale) - 1)}")


def require_blocking_rule(source: str, rules: Iterable[tuple[Level, Severity]], threshold: FailOn | None) -> None:
    """Refuse a policy in which no rule can block a deploy: it would pass every account.

    Raises:
        click.ClickException: There is no such rule.
    """
    if not (threshold or FailOn()).can_block(rules):
        raise _nothing_blocks(source, threshold, ", so every account would pass")


def require_blocking_in_groups(
    source: str, reports: Iterable[AccountReport], threshold: FailOn | None
) -> Iterator[AccountReport]:
    """Yield the reports. Refuse a policy in which no rule can block an account because of the groups that it is in.

    Raises:
        click.ClickException: There is such an account.
    """
    for report in reports:
        if report.groups and not any(outcome.binding for outcome in report.outcomes):
            names = " and ".join(map(one_line, report.groups))
            groups = f"the group {names}" if len(report.groups) == 1 else f"the groups {names} together"
            raise _nothing_blocks(
                source, threshold, f" in {groups}, so account {one_line(report.account or 'unknown')} would pass"
            )
        yield report


def _nothing_blocks(source: str, threshold: FailOn | None, where: str) -> click.ClickException:
    kind = "rule that --fail-on selects is enabled" if threshold else "rule is mandatory"
    remedy = "make a rule mandatory" if threshold else "make a rule mandatory, or use --fail-on advisory"
    return click.ClickException(f"{one_line(source)}: no {kind}{where}; {remedy}")


_baseline_option = click.option(
    "--baseline",
    "baseline_file",
    metavar="FILE",
    shell_complete=files,
    help="An earlier JSON report or snapshot. Its findings are shown as waived; only new ones block. security-score is "
    "compared with it.",
)
_fail_on_option = click.option(
    "--fail-on",
    "fail_on_words",
    multiple=True,
    metavar="LEVEL|SEVERITY",
    shell_complete=one_of(*LEVELS, *SEVERITIES),
    help="The lowest level (mandatory, advisory) and severity (low, medium, high, critical) that block. "
    "Each may be given once.  [default: mandatory, low]",
)
judging_options = option_group(
    "judging",
    Judging,
    _baseline_option,
    _fail_on_option,
    account_option,
    max_age_option,
    names_option,
    policy_option,
    format_option,
    output_option,
    notify_option,
    notify_link_option,
    color_option,
    language_option,
    quiet_option,
    verbose_option,
    live_options,
)
"""Adds the shared options. The command gets a `Judging` as `judging`."""
