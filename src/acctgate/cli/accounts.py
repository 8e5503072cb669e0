"""Where commands take accounts from: raw answers, snapshots, or the live account where neither is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import click

from acctgate.cli.completion import files
from acctgate.cli.options import target

if TYPE_CHECKING:
    from datetime import datetime

    from acctgate.model.snapshot import Snapshot

F = TypeVar("F", bound=Callable[..., Any])


def source_options(command: F) -> F:
    """--response and --snapshot."""
    for option in (
        click.option(
            "--snapshot",
            "snapshots",
            multiple=True,
            metavar="FILE",
            shell_complete=files,
            help="A snapshot, or NDJSON with a snapshot a line; - is standard input.",
        ),
        click.option(
            "--response",
            "responses",
            multiple=True,
            metavar="FILE",
            shell_complete=files,
            help="A raw API answer, JSON or XML. Several make up one account.",
        ),
    ):
        command = option(command)
    return command


def read_accounts(
    responses: tuple[str, ...],
    snapshots: tuple[str, ...],
    live: tuple[str | None, str | None, str | None],
    now: datetime,
    say: Callable[[str], None] | None = None,
) -> Iterator[Snapshot]:
    """The accounts that the options name, as they come. `live` is region, role and endpoint; `say` hears of calls."""
    if responses or snapshots:
        return _from_files(responses, snapshots)
    return _live(*live, now, say)


def only(accounts: Iterator[Snapshot], why: str) -> Snapshot:
    """The one account of the input; `why` says why there must not be several."""
    found = list(islice(accounts, 2))
    for account in found:
        if account.unreadable is not None:
            raise click.ClickException(account.unreadable)
    if len(found) != 1:
        raise click.ClickException(f"the input has {'several accounts' if found else 'no account'}, and {why}")
    return found[0]


def _from_files(responses: tuple[str, ...], snapshots: tuple[str, ...]) -> Iterator[Snapshot]:
    from acctgate.sources import SourceError
    from acctgate.sources.snapshots import unreadable

    if responses:
        from acctgate.sources.responses import read_responses

        try:
            yield read_responses(responses)
        except SourceError as error:
            yield unreadable(error)
    if snapshots:
        from acctgate.sources.snapshots import read_snapshots

        yield from read_snapshots(snapshots)


def _live(
    region: str | None, role_arn: str | None, endpoint: str | None, now: datetime, say: Callable[[str], None] | None
) -> Iterator[Snapshot]:
    from acctgate.sources import SourceError
    from acctgate.sources.live import read_account
    from acctgate.sources.snapshots import unreadable

    try:
        yield read_account(target(region, role_arn, endpoint), now, say)
    except SourceError as error:
        yield unreadable(error)
