"""The command `acctgate merge`."""

from __future__ import annotations

from pathlib import Path

import click

from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.exit_status import UNKNOWN
from acctgate.cli.support.options import force_option
from acctgate.cli.support.output import OVERWRITE, OutputFile
from acctgate.organization.merge import merge


@click.command(
    "merge",
    cls=WithExamples,
    short_help="Join the parts of snapshot --organization --shard.",
    examples=("acctgate merge part-1.ndjson part-2.ndjson --output accounts.ndjson",),
)
@click.argument("parts", nargs=-1, required=True, metavar="PART...", type=click.Path(path_type=Path))
@click.option(
    "--output", "-o", required=True, type=OutputFile(needs_file=True), metavar="FILE", help="Output file (NDJSON)."
)
@force_option
@click.pass_context
def command(ctx: click.Context, parts: tuple[Path, ...], output: Path) -> None:
    """Join the parts that acctgate snapshot --organization --shard K/N wrote.

    Each part needs the record beside it (PART.run.json). Gaps, overlaps, incomplete parts and parts of another run are
    errors.

    Exit status: 0 complete; 3 written, but an account has an error; 2 nothing written.
    """
    overwrite = bool(ctx.meta.get(OVERWRITE))
    run, found = or_fail(lambda: merge(parts, output, overwrite=overwrite))
    click.echo(f"acctgate: {found.summary(run).describe()}", err=True)
    ctx.exit(0 if found.is_whole else UNKNOWN)
