"""The options that select many accounts, and how `check` and `snapshot` read them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from acctgate.cli.support.completion import files
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.live_options import Live
from acctgate.cli.support.option_group import option_group
from acctgate.cli.support.progress import Progress
from acctgate.model.snapshot import Snapshot
from acctgate.text import plural
from acctgate.times import describe_duration

if TYPE_CHECKING:
    from acctgate.model.optional_sections import Extras
    from acctgate.model.run import Entry
    from acctgate.organization.list_accounts import Prepared, Request

READING_MANY: Final = "reading the accounts"
_CONCURRENCY: Final = 16


@dataclass(frozen=True, slots=True)
class OrganizationOptions:
    """The values of the options."""

    organization: bool
    accounts_file: str | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    role_name: str | None
    shard: str | None
    run: str | None
    concurrency: int | None
    aggregator: str | None

    @property
    def selected(self) -> bool:
        """Whether many accounts are to be read.

        Raises:
            click.UsageError: An option is given that needs them.
        """
        if self.organization or self.accounts_file is not None:
            return True
        for each in fields(self):
            if getattr(self, each.name) not in (None, (), False):
                raise click.UsageError(f"--{each.name.replace('_', '-')} goes with --organization or --accounts")
        return False

    def request(self) -> Request:
        """Return what the options ask for.

        Raises:
            click.UsageError: One is invalid.
        """
        from acctgate.organization.list_accounts import Request  # noqa: PLC0415 - loads only to read many accounts
        from acctgate.organization.roster import DEFAULT_ROLE, Selection, Shard  # noqa: PLC0415 - the same
        from acctgate.organization.selectors import Selector  # noqa: PLC0415 - the same

        include, exclude = (
            tuple(_parsed(option, Selector.of, text) for text in texts)
            for option, texts in (("--include", self.include), ("--exclude", self.exclude))
        )
        selection = or_fail(lambda: Selection(include, exclude, self.role_name or DEFAULT_ROLE))
        shard = _parsed("--shard", Shard.of, self.shard) if self.shard is not None else None
        concurrency = self.concurrency or _CONCURRENCY
        return Request(self.organization, self.accounts_file, selection, shard, self.run, concurrency, self.aggregator)

    def prepare(self, live: Live, extras: Extras, now: datetime, shown: Progress, *, resumed: bool = False) -> Prepared:
        """List the accounts to read, and report what is not known of the directory; `resumed` as in `Request`.

        Raises:
            click.ClickException: They cannot be listed.
        """
        from acctgate.organization.list_accounts import prepare  # noqa: PLC0415 - loads only to read many accounts

        request, target = replace(self.request(), resumed=resumed), live.target()
        found = or_fail(lambda: prepare(request, target, extras, now, shown.say))
        for notice in found.notices:
            click.echo(f"acctgate: {notice}", err=True)
        return found


def read_each(prepared: Prepared, entries: Collection[Entry], shown: Progress) -> Iterator[Snapshot]:
    """Return each account as it is read, and show the progress."""
    began = time.monotonic()
    for number, found in enumerate(prepared.read(entries), start=1):
        shown.say(_progress(number, len(entries), time.monotonic() - began, prepared.pace.throttled))
        yield found.snapshot


def _progress(done: int, total: int, seconds: float, throttled: int) -> str:
    rate = done / max(seconds, 0.001)
    left = describe_duration(timedelta(seconds=(total - done) / rate))
    calls = f", {plural(throttled, 'call')} throttled" if throttled else ""
    # What comes last is cut off in a narrow terminal.
    return f"{done:,} of {total:,}, {left} left, {rate:,.1f} per second{calls}"


def _parsed(option: str, parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise click.UsageError(f"{option} {error}") from None


organization_options = option_group(
    "many",
    OrganizationOptions,
    click.option("--organization", is_flag=True, help="Read all accounts of the Resource Directory."),
    click.option(
        "--accounts",
        "accounts_file",
        metavar="FILE",
        shell_complete=files,
        help="Read the accounts that FILE lists (YAML or JSON: id, alias, role, region, labels). With --organization "
        "it adds these to those of the directory.",
    ),
    click.option(
        "--include",
        multiple=True,
        metavar="SELECTOR",
        help="Read only these accounts: id=ID, alias=PATTERN, folder=/PATH, tag:KEY=VALUE or label:KEY=VALUE. "
        "Repeatable: one must match.",
    ),
    click.option("--exclude", multiple=True, metavar="SELECTOR", help="Do not read these accounts. Repeatable."),
    click.option(
        "--role-name",
        metavar="NAME",
        help="The role to assume in each account.  [default: ResourceDirectoryAccountAccessRole]",
    ),
    click.option("--shard", metavar="K/N", help="Read only the Kth of N parts of the accounts."),
    click.option("--run", metavar="NAME", help="Name the run, so that its parts are not merged with another run's."),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 256),
        metavar="N",
        help=f"Read N accounts at the same time.  [default: {_CONCURRENCY}]",
    ),
    click.option(
        "--aggregator",
        metavar="ID",
        help="An account group of Cloud Config (ca-…). In accounts that comply with one of its packs, the pack's rules "
        "are not read.",
    ),
)
"""Adds the options. The command gets an `OrganizationOptions` as `many`."""
