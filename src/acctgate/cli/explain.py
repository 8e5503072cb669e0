"""acctgate explain"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from acctgate.cli.completion import rules
from acctgate.cli.examples import WithExamples

if TYPE_CHECKING:
    from acctgate.language import Language


@click.command(
    "explain",
    cls=WithExamples,
    short_help="One rule: its reason, values and remedy.",
    examples=("acctgate explain session-duration", "acctgate explain session-duration --language zh"),
)
@click.argument("rule", shell_complete=rules)
@click.option("--language", type=click.Choice(["en", "zh"]), help="English or Chinese.  [default: as the locale says]")
def command(rule: str, language: Language | None) -> None:
    """One rule: its reason, values and remedy."""
    from difflib import get_close_matches

    from acctgate import catalogue
    from acctgate.language import preferred
    from acctgate.rules import RULES

    found = next((known for known in RULES if known.id == rule), None)
    if found is None:
        close = get_close_matches(rule, [known.id for known in RULES], n=1)
        near = f", did you mean {close[0]}?" if close else ""
        raise click.UsageError(f"{rule}: unknown rule{near}; `acctgate rules` lists them")
    click.echo(catalogue.explain(found, language or preferred(os.environ)), nl=False)
