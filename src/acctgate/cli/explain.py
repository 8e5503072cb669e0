"""The command `acctgate explain`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from acctgate.cli.completion import rules
from acctgate.cli.examples import WithExamples
from acctgate.cli.options import LANGUAGE_VARIABLE, policy, policy_option
from acctgate.language import LANGUAGES, Language, preferred
from acctgate.policy.chain import BUILT_IN
from acctgate.policy.find import has_policy
from acctgate.policy.validate import suggest_rule
from acctgate.reference import catalogue


@click.command(
    "explain",
    cls=WithExamples,
    short_help="Explain one rule: its reason, values and remediation.",
    examples=("acctgate explain session-duration", "acctgate explain session-duration --language zh"),
)
@click.argument("rule", shell_complete=rules)
@click.option(
    "--language",
    envvar=LANGUAGE_VARIABLE,
    type=click.Choice(LANGUAGES),
    help="English or Chinese.  [default: from the locale]",
)
@policy_option
def command(rule: str, language: Language | None, policy_file: Path | None) -> None:
    """Explain one rule: its reason, values and remediation. It may be a rule of the policy's own modules."""
    known = BUILT_IN
    if policy_file or (rule not in known and has_policy(Path.cwd())):
        known = {each.id: each for each in policy(policy_file).all_rules}
    if rule not in known:
        raise click.UsageError(f"{rule}: unknown rule{suggest_rule(rule, known)}; `acctgate rules` lists them")
    click.echo(catalogue.explain(known[rule], language or preferred(os.environ)), nl=False)
