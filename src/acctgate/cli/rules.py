"""acctgate rules"""

from __future__ import annotations

import click

from acctgate.cli.examples import WithExamples


@click.command(
    "rules",
    cls=WithExamples,
    short_help="List the rules.",
    examples=(
        "acctgate rules",
        "acctgate rules --format json",
    ),
)
@click.option("--format", "kind", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(kind: str) -> None:
    """List the rules: what they judge, how grave a violation is, and what the presets ask for."""
    from acctgate import catalogue

    if kind == "json":
        import json

        click.echo(json.dumps(catalogue.entries(), indent=1, ensure_ascii=False))
    elif kind == "markdown":
        click.echo(catalogue.markdown_table(), nl=False)
    else:
        click.echo(catalogue.text_table(), nl=False)
