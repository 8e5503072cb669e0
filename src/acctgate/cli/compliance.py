"""The command `acctgate compliance` and its subcommands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click

from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import GroupWithExamples
from acctgate.cli.support.exit_status import UNKNOWN
from acctgate.cli.support.inputs import require_expected
from acctgate.cli.support.live_options import Live, is_given, live_options
from acctgate.cli.support.option_group import add_options
from acctgate.cli.support.options import kind_option, only_account_option
from acctgate.cli.support.output import OutputFile, terminal_width, write_text
from acctgate.cli.support.progress import Progress, progress
from acctgate.json_text import dump_document
from acctgate.policy.command_line import is_restricted
from acctgate.redact import one_line
from acctgate.render.compliance import render_packs, render_report_state, render_rules
from acctgate.sources.call_error import CallError
from acctgate.sources.caller import Caller
from acctgate.sources.compliance.download import DownloadError, download
from acctgate.sources.compliance.packs import CompliancePacks
from acctgate.sources.compliance.rules import read_rules
from acctgate.sources.compliance.sheet import SheetError, read_sheets
from acctgate.sources.compliance.wait import NotGeneratedError, wait_for_report
from acctgate.sources.identity import read_identity
from acctgate.writing import is_same_file, write_file

T = TypeVar("T")


_options = add_options(
    live_options,
    only_account_option,
    click.option("--aggregator", metavar="ID", help="An account group (ca-…) instead of the caller's own account."),
)
"""Adds the options that all subcommands share."""
_DOWNLOAD: Final = OutputFile(needs_file=True, dir_okay=False)
_timeout = click.option(
    "--timeout",
    type=click.IntRange(1),
    default=900,
    show_default=True,
    metavar="SECONDS",
    help="Stop waiting after this time.",
)


@click.group(
    "compliance",
    cls=GroupWithExamples,
    short_help="Generate and download reports of compliance packs.",
    examples=(
        "acctgate compliance list",
        "acctgate compliance generate cp-fdc8626622af00f9 --wait",
        "acctgate compliance download cp-fdc8626622af00f9 --output report.xls",
    ),
)
def command() -> None:
    """Show the rules of Cloud Config's compliance packs; generate, await and download the reports of packs.

    Exit status: 0 done; 3 there is no complete report; 2 the call failed.
    """


@command.command("list", short_help="List compliance packs.", examples=("acctgate compliance list --format json",))
@kind_option("text", "json")
@_options
def list_packs(kind: str, aggregator: str | None, live: Live) -> None:
    """List the compliance packs of the account, or of an account group."""
    packs = _ask(lambda: _packs(aggregator, live).list_packs())
    write_text(render_packs(packs, kind, terminal_width()), None)
    if not packs and kind == "text":
        click.echo("acctgate: the account has no compliance packs", err=True)


@command.command(
    "rules",
    short_help="Show the results of a pack's rules.",
    examples=(
        "acctgate compliance rules cp-fdc8626622af00f9",
        "acctgate compliance rules cp-fdc8626622af00f9 --aggregator ca-1 --format json  # an account group",
    ),
)
@click.argument("pack")
@kind_option("text", "json")
@_options
def show_rules(pack: str, kind: str, aggregator: str | None, live: Live) -> None:
    """Show the result and the risk level of each rule of PACK. Rules that Cloud Config ignores are IGNORED.

    Exit status: 0 complete; 3 something about the rules is unknown, such as their risk levels; 2 the call failed.
    """
    packs = _ask(lambda: _packs(aggregator, live))
    found = _ask(lambda: read_rules(packs.call, pack, aggregator))
    write_text(render_rules(found.rules, kind, terminal_width()), None)
    for doubt in found.doubts:
        click.echo(f"acctgate: {one_line(pack)}: {one_line(doubt)}", err=True)
    click.get_current_context().exit(3 if found.doubts else 0)


@command.command(
    "generate",
    short_help="Generate a report.",
    examples=("acctgate compliance generate cp-fdc8626622af00f9 --wait",),
)
@click.argument("pack")
@click.option("--wait", "then_wait", is_flag=True, help="Wait until the report is complete.")
@_timeout
@_options
def generate(pack: str, then_wait: bool, timeout: int, aggregator: str | None, live: Live) -> None:
    """Have Cloud Config generate a report of PACK. This writes: it needs config:GenerateCompliancePackReport."""
    if not then_wait and is_given("timeout"):
        raise click.UsageError("--timeout goes with --wait")
    packs = _ask(lambda: _packs(aggregator, live))
    _ask(lambda: packs.generate(pack))
    if then_wait:
        _wait(packs, pack, timeout, generated=True)
        return
    click.echo(
        f"acctgate: {pack}: a report is being generated; `acctgate compliance wait {pack}` waits for it", err=True
    )


@command.command(
    "status", short_help="Show the state of a report.", examples=("acctgate compliance status cp-fdc8626622af00f9",)
)
@click.argument("pack")
@kind_option("text", "json")
@_options
def status(pack: str, kind: str, aggregator: str | None, live: Live) -> None:
    """Show whether PACK has a report, and when it was generated."""
    report = _ask(lambda: _packs(aggregator, live).report(pack))
    write_text(render_report_state(report, kind), None)
    click.get_current_context().exit(0 if report.status == "COMPLETE" else UNKNOWN)


@command.command(
    "wait",
    short_help="Wait until a report is complete.",
    examples=("acctgate compliance wait cp-fdc8626622af00f9 --timeout 600",),
)
@click.argument("pack")
@_timeout
@_options
def wait(pack: str, timeout: int, aggregator: str | None, live: Live) -> None:
    """Wait until the report of PACK is complete. It must have been requested with `generate`."""
    _wait(_ask(lambda: _packs(aggregator, live)), pack, timeout, generated=False)


@command.command(
    "download",
    short_help="Download a complete report.",
    examples=(
        "acctgate compliance download cp-fdc8626622af00f9 --output report.xls",
        "acctgate compliance download cp-fdc8626622af00f9 --output report.xls --rows rows.json",
    ),
)
@click.argument("pack")
@click.option("--output", "-o", type=_DOWNLOAD, required=True, metavar="FILE", help="The sheet.")
@click.option("--rows", type=_DOWNLOAD, metavar="FILE", help="Also write its rows, as JSON.")
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@_timeout
@_options
def download_report(
    pack: str, output: Path, rows: Path | None, force: bool, timeout: int, aggregator: str | None, live: Live
) -> None:
    """Download the report of PACK unchanged: an .xls or .xlsx sheet. A failed download writes no file."""
    if rows is not None and (rows.resolve() == output.resolve() or is_same_file(rows, output)):
        raise click.UsageError("--output and --rows name the same file; give two")
    if rows is not None and rows.exists() and not force:
        raise click.ClickException(f"{rows}: already exists; use --force")
    report = _ask(lambda: _packs(aggregator, live).report(pack))
    if report.status != "COMPLETE" or report.url is None:
        reason = f"its status is {report.status}" if report.status != "COMPLETE" else "the answer has no ReportUrl"
        click.echo(f"acctgate: {pack}: no report to download: {reason}", err=True)
        click.get_current_context().exit(UNKNOWN)
    url, endpoint = report.url, live.endpoint
    with progress("downloading") as shown:
        say = _say_bytes(shown)
        size = _ask(lambda: download(url, output, endpoint=endpoint, force=force, timeout=timeout, progress=say))
    click.echo(f"acctgate: {output}: {size:,} bytes", err=True)
    if rows is not None:
        _write_rows(output, rows)


def _say_bytes(shown: Progress) -> Callable[[int, int | None], None]:
    return lambda done, total: shown.say(f"{done:,} of {'?' if total is None else f'{total:,}'} bytes")


def _write_rows(sheet_file: Path, output: Path) -> None:
    sheets = _ask(lambda: read_sheets(sheet_file))
    for sheet in sheets:
        if not sheet.columns:
            click.echo(
                f"acctgate: {sheet_file}: sheet {sheet.name}: unknown layout; its rows have no column names", err=True
            )
    document = {sheet.name: sheet.records if sheet.columns else sheet.rows for sheet in sheets}
    or_fail(lambda: write_file(output, dump_document(document)))


def _packs(aggregator: str | None, live: Live) -> CompliancePacks:
    caller = Caller(live.target())
    if is_restricted(os.environ):
        require_expected(read_identity(caller.call)[0])
    return CompliancePacks(caller.call, aggregator)


def _wait(packs: CompliancePacks, pack: str, timeout: int, *, generated: bool) -> None:
    with progress("waiting for the report") as shown:
        try:
            report = _ask(
                lambda: wait_for_report(packs, pack, timeout=timeout, progress=shown.say, generated=generated)
            )
        except NotGeneratedError as error:
            click.echo(f"acctgate: {error}", err=True)
            click.get_current_context().exit(UNKNOWN)
    write_text(render_report_state(report, "text"), None)


def _ask(call: Callable[[], T]) -> T:
    """Return the result of a call. Its failure ends the command."""
    return or_fail(call, CallError, DownloadError, SheetError)
