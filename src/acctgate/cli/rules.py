"""The command `acctgate rules`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from acctgate.cli.examples import WithExamples
from acctgate.cli.options import policy, policy_option
from acctgate.cli.output import terminal_width
from acctgate.reference import catalogue
from acctgate.rules import RULES


@click.command(
    "rules",
    cls=WithExamples,
    short_help="List the rules.",
    examples=(
        "acctgate rules",
        "acctgate rules --format json",
        "acctgate rules --policy policies/policy.yaml  # with the rules of its own modules",
    ),
)
@policy_option
@click.option(
    "--format", "-f", "kind", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
def command(policy_file: Path | None, kind: str) -> None:
    """List the rules with their settings, severities and presets.

    With --policy, list the rules of that policy's own modules too.
    """
    known = policy(policy_file).all_rules if policy_file else RULES
    if kind == "json":
        click.echo(json.dumps(catalogue.entries(known), indent=1, ensure_ascii=False))
    elif kind == "markdown":
        click.echo(catalogue.markdown_table(rules=known), nl=False)
    else:
        click.echo(catalogue.text_table(known, terminal_width()), nl=False)
