"""The command `acctgate schema`."""

from __future__ import annotations

from pathlib import Path

import click

from acctgate.cli.support.completion import one_of
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.inputs import policy
from acctgate.cli.support.options import policy_option
from acctgate.reference import schemas
from acctgate.rules import RULES


@click.command(
    "schema",
    cls=WithExamples,
    short_help="Print a JSON Schema: snapshot, policy, report or diff.",
    examples=(
        "acctgate schema policy",
        "acctgate schema policy --policy policies/policy.yaml  # with the rules of its own modules",
    ),
)
@click.argument("name", shell_complete=one_of(*schemas.NAMES))
@policy_option
def command(name: str, policy_file: Path | None) -> None:
    """Print the JSON Schema of a document: snapshot, policy, report or diff.

    With --policy, the schema of a policy includes the rules of that policy's own modules.
    """
    if name not in schemas.NAMES:
        raise click.UsageError(f"{name}: invalid choice; use {', '.join(schemas.NAMES)}")
    click.echo(schemas.text(name, policy(policy_file).all_rules if policy_file else RULES), nl=False)
