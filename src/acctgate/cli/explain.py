"""The command `acctgate explain`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from acctgate.cli.support.completion import files, rules
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.inputs import policy
from acctgate.cli.support.options import LANGUAGE_VARIABLE, policy_option
from acctgate.cli.support.output import terminal_width
from acctgate.language import LANGUAGES, Language, preferred
from acctgate.model.report_document import Report, read_report_file
from acctgate.policy import Policy, PolicyError
from acctgate.policy.find import find_policy, has_policy, load_selected
from acctgate.policy.identity import find_judged
from acctgate.reference import catalogue
from acctgate.reference.explain_outcome import WAIVERS, explain_outcome, find_outcomes, waiver_lines
from acctgate.rules import BUILT_IN
from acctgate.text import did_you_mean


@click.command(
    "explain",
    cls=WithExamples,
    short_help="Explain one rule, or one outcome of a report.",
    examples=(
        "acctgate explain session-duration",
        "acctgate explain session-duration --language zh",
        "acctgate explain --report acctgate.json --rule session-duration  # why this outcome",
    ),
)
@click.argument("rule", required=False, shell_complete=rules)
@click.option("--rule", "named", metavar="RULE", shell_complete=rules, help="The rule, as the argument RULE.")
@click.option("--report", "report_file", metavar="FILE", shell_complete=files, help="A JSON report to explain.")
@click.option("--account", metavar="ID", help="The account in the report, by ID or alias.  [default: all]")
@click.option(
    "--language",
    envvar=LANGUAGE_VARIABLE,
    type=click.Choice(LANGUAGES),
    help="English or Chinese.  [default: from the locale]",
)
@policy_option
def command(
    rule: str | None,
    named: str | None,
    report_file: str | None,
    account: str | None,
    language: Language | None,
    policy_file: Path | None,
) -> None:
    """Explain one rule: its reason, values and remediation. It may be a rule of the policy's own modules.

    With --report, explain its outcome instead: the value and its path, what the plan does to it, the line of the
    policy and the comparison. Waivers of the rule are listed with their tickets.
    """
    rule = _only_rule(rule, named)
    speech = language or preferred(os.environ)
    if report_file is not None:
        report = or_fail(lambda: read_report_file(report_file))
        click.echo(_outcomes(report, rule, account, policy_file, speech), nl=False)
        return
    if account is not None:
        raise click.UsageError("--account goes with --report")
    required = policy_file is not None or (rule not in BUILT_IN and has_policy(Path.cwd()))
    here = policy(policy_file) if required else _policy_here()
    known = {each.id: each for each in here.all_rules} if here else BUILT_IN
    if rule not in known:
        raise click.UsageError(f"{rule}: unknown rule{did_you_mean(rule, known)}; `acctgate rules` lists them")
    click.echo(catalogue.explain(known[rule], speech, here, terminal_width()), nl=False)
    if lines := waiver_lines(here.all_waivers if here else (), rule, speech):
        click.echo("\n" + "\n".join([WAIVERS.of(speech), *(f"  {line}" for line in lines)]))


def _only_rule(argument: str | None, option: str | None) -> str:
    if argument is None and option is None:
        raise click.UsageError("Missing argument RULE; `acctgate rules` lists the rules")
    if None not in (argument, option) and argument != option:
        raise click.UsageError("RULE and --rule name two rules; give one")
    return str(argument or option)


def _outcomes(found: Report, rule: str, account: str | None, policy_file: Path | None, language: Language) -> str:
    """Return the explanations of the outcomes of a rule.

    Raises:
        click.ClickException: There is none.
    """
    outcomes = find_outcomes(found.accounts, rule, account)
    if not outcomes:
        known = {each.rule for judged in found.accounts for each in judged.outcomes}
        if rule in known:
            raise click.ClickException(f"the report has no account {account} with an outcome of {rule}")
        raise click.ClickException(f"{rule}: the report has no such rule{did_you_mean(rule, sorted(known))}")
    judged = policy(policy_file) if policy_file else find_judged(found.policy, Path.cwd())
    return "\n".join(explain_outcome(each, judged, language) for each in outcomes)


def _policy_here() -> Policy | None:
    """Return the repository's policy, None if there is no valid one: explaining a built-in rule needs none."""
    try:
        return load_selected(find_policy(Path.cwd()), Path.cwd())
    except PolicyError:
        return None
