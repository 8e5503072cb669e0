"""acctgate schema"""

from __future__ import annotations

import click

from acctgate.cli.completion import one_of
from acctgate.cli.examples import WithExamples


@click.command(
    "schema",
    cls=WithExamples,
    short_help="Print a JSON Schema: snapshot, policy, report.",
    examples=("acctgate schema policy",),
)
@click.argument("name", shell_complete=one_of("snapshot", "policy", "report", "diff"))
def command(name: str) -> None:
    """Print the JSON Schema of a document: snapshot, policy or report."""
    from acctgate import schemas

    if name not in schemas.NAMES:
        raise click.UsageError(f"{name}: is none of {', '.join(schemas.NAMES)}")
    click.echo(schemas.text(name), nl=False)
