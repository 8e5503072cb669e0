"""acctgate check"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.options import format_option, live_options, output_option, policy, policy_option, target

if TYPE_CHECKING:
    from datetime import datetime

    from acctgate.snapshot import Snapshot


@click.command("check", short_help="Judge accounts: raw answers, snapshots, or the live account.")
@click.option(
    "--response",
    "responses",
    multiple=True,
    metavar="FILE",
    help="A raw API answer, JSON or XML. Several make up one account.",
)
@click.option(
    "--snapshot",
    "snapshots",
    multiple=True,
    metavar="FILE",
    help="A snapshot, or NDJSON with a snapshot a line; - is standard input.",
)
@policy_option
@format_option
@output_option
@live_options
@click.pass_context
def command(
    ctx: click.Context, responses: tuple[str, ...], snapshots: tuple[str, ...], policy_file: Path | None,
    formats: tuple[str, ...], output: Path | None, region: str | None, role_arn: str | None, endpoint: str | None,
) -> None:  # fmt: skip
    """Judge accounts: raw answers, snapshots, or the live account where neither is given."""
    from datetime import UTC, datetime

    from acctgate.cli.output import Writer
    from acctgate.evaluate import evaluate

    writer = Writer(formats, output)
    wanted = policy(policy_file)
    now = datetime.now(UTC)
    given = responses or snapshots
    accounts = _from_files(responses, snapshots) if given else _live(region, role_arn, endpoint, now)
    ctx.exit(writer.write(evaluate(accounts, wanted, now)))


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


def _live(region: str | None, role_arn: str | None, endpoint: str | None, now: datetime) -> Iterator[Snapshot]:
    from acctgate.sources import SourceError
    from acctgate.sources.live import read_account
    from acctgate.sources.snapshots import unreadable

    try:
        yield read_account(target(region, role_arn, endpoint), now)
    except SourceError as error:
        yield unreadable(error)
