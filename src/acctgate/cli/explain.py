"""acctgate explain"""

from __future__ import annotations

import click

from acctgate.cli.examples import WithExamples


@click.command(
    "explain",
    cls=WithExamples,
    short_help="One rule: its reason, values and remedy.",
    examples=("acctgate explain session-duration",),
)
@click.argument("rule")
def command(rule: str) -> None:
    """One rule: its reason, values and remedy."""
    from difflib import get_close_matches

    from acctgate import catalogue
    from acctgate.rules import RULES

    found = next((known for known in RULES if known.id == rule), None)
    if found is None:
        close = get_close_matches(rule, [known.id for known in RULES], n=1)
        near = f", did you mean {close[0]}?" if close else ""
        raise click.UsageError(f"{rule}: unknown rule{near}; `acctgate rules` lists them")
    click.echo(catalogue.explain(found), nl=False)
