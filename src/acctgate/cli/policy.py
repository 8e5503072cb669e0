"""acctgate policy show, acctgate policy lint"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from acctgate.cli.examples import GroupWithExamples
from acctgate.cli.options import DEFAULT_POLICY, own_policy_option

if TYPE_CHECKING:
    from datetime import date

    from acctgate.policy import Chain
    from acctgate.policy.lint import Finding


@click.group(
    "policy",
    cls=GroupWithExamples,
    short_help="Show what a policy comes to, or find what is wrong in it.",
    examples=("acctgate policy show", "acctgate policy lint policies/policy.yaml"),
)
def command() -> None:
    """Show what a policy comes to, or find what is wrong in it or never used."""


def _chosen(file: Path | None, policy_file: Path | None) -> Path:
    """The file that is named in either way, else the default one."""
    if file and policy_file:
        raise click.UsageError("FILE and --policy name the same thing; one is enough")
    path = file or policy_file or DEFAULT_POLICY
    if not path.is_file() and not (file or policy_file):
        raise click.ClickException(f"{path}: no such file; name a policy, or let `acctgate init` write one")
    return path


@command.command(
    "show",
    short_help="The effective policy, with where each value comes from.",
    examples=("acctgate policy show", "acctgate policy show policies/policy.yaml --format json"),
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@own_policy_option
@click.option("--format", "kind", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes.  [default: stdout]")
def show(file: Path | None, policy_file: Path | None, kind: str, output: Path | None) -> None:
    """Print the effective policy: every value with the file and line, or the preset, that it comes from.

    What is printed as YAML is the same policy, in one file. FILE is policies/policy.yaml by default.
    """
    from acctgate.cli.output import write_text
    from acctgate.policy import PolicyError, policy_of, read_chain
    from acctgate.policy.show import as_json, as_yaml

    try:
        chain = read_chain(_chosen(file, policy_file))
        policy_of(chain)
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    text = as_json(chain) if kind == "json" else as_yaml(chain, output.parent if output else Path.cwd())
    write_text(text, output)


@command.command(
    "lint",
    short_help="What is wrong in a policy, or never used.",
    examples=("acctgate policy lint", "acctgate policy lint policies/policy.yaml --format github"),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@own_policy_option
@click.option("--format", "kind", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.pass_context
def lint(ctx: click.Context, files: tuple[Path, ...], policy_file: Path | None, kind: str) -> None:
    """Find what is wrong in policy files, and what of them is never used or says nothing.

    FILES are policies/policy.yaml by default. Exit status: 0 nothing found; 1 something; 2 a file cannot be read.
    """
    from datetime import UTC, datetime

    from acctgate.cli.output import write_text
    from acctgate.policy import PolicyError
    from acctgate.policy.chain import read_unchecked
    from acctgate.redact import one_line

    today = datetime.now(UTC).date()
    found: list[tuple[str, Finding]] = []
    unreadable: list[str] = []
    paths = [*files, *([policy_file] if policy_file else [])]
    for path in paths or [_chosen(None, None)]:
        try:
            found += _found(read_unchecked(path), today)
        except PolicyError as error:
            unreadable.append(str(error))
    write_text(_told(found, kind), None)
    for line in unreadable:
        click.echo(f"acctgate: {one_line(line)}", err=True)
    ctx.exit(2 if unreadable else int(bool(found)))


def _found(chain: Chain, today: date) -> list[tuple[str, Finding]]:
    """What is wrong; where nothing is, what is idle."""
    from acctgate.policy import lint as linting

    if wrong := linting.wrong(chain):
        return [("error", finding) for finding in wrong]
    return [("warning", finding) for finding in linting.lint(chain, today)]


def _told(found: list[tuple[str, Finding]], kind: str) -> str:
    import json
    from dataclasses import asdict

    from acctgate.model.outcome import Place
    from acctgate.redact import one_line
    from acctgate.render.github import annotation

    if kind == "json":
        return json.dumps([{"severity": severity, **asdict(each)} for severity, each in found], indent=1) + "\n"
    if kind == "github":
        lines = [annotation(s, Place(f.file, f.line), "acctgate policy lint", one_line(f.message)) for s, f in found]
        return "".join(lines)
    return "".join(f"{one_line(f.file)}:{f.line}: {severity}: {one_line(f.message)}\n" for severity, f in found)
