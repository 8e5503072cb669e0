"""The command `acctgate rules`."""

from __future__ import annotations

from pathlib import Path

import click

from acctgate.cli.support.completion import one_of
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.inputs import framework, policy
from acctgate.cli.support.options import kind_option, policy_option
from acctgate.cli.support.output import terminal_width
from acctgate.frameworks import FRAMEWORKS
from acctgate.frameworks.framework import Framework
from acctgate.json_text import dump_document
from acctgate.reference import catalogue, controls


@click.command(
    "rules",
    cls=WithExamples,
    short_help="List the rules.",
    examples=(
        "acctgate rules",
        "acctgate rules --format json",
        "acctgate rules --policy policies/policy.yaml  # with the rules of its own modules",
        "acctgate rules --framework cis-2.0  # the controls, and the rules that cover them",
    ),
)
@policy_option
@kind_option("text", "json", "markdown")
@click.option(
    "--framework",
    "framework_id",
    metavar="ID",
    shell_complete=one_of(*FRAMEWORKS),
    help=f"List the controls of {' or '.join(FRAMEWORKS)}, and the rules that cover them.",
)
def command(policy_file: Path | None, kind: str, framework_id: str | None) -> None:
    """List the rules with their settings, severities and presets.

    With --policy, list the rules of that policy's own modules too, and the severities that it sets.
    """
    if framework_id is not None:
        if policy_file is not None:
            raise click.UsageError("--framework does not go with --policy: its rules are acctgate's")
        click.echo(_controls(framework(framework_id), kind), nl=False)
        return
    given = policy(policy_file) if policy_file else None
    if kind == "json":
        click.echo(dump_document(catalogue.entries(given)), nl=False)
    elif kind == "markdown":
        click.echo(catalogue.markdown_table(policy=given), nl=False)
    else:
        click.echo(catalogue.text_table(given, terminal_width()), nl=False)


def _controls(listed: Framework, kind: str) -> str:
    if kind == "json":
        return dump_document(controls.entries(listed))
    return controls.markdown(listed) if kind == "markdown" else controls.text_table(listed, terminal_width())
