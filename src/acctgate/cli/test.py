"""The command `acctgate test`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.inputs import policy
from acctgate.cli.support.options import formats_option, output_option, policy_option
from acctgate.cli.support.output import targets, write_text
from acctgate.commands.test import FORMATS, ExampleError, run_examples
from acctgate.redact import one_line
from acctgate.text import and_more


@click.command(
    "test",
    cls=WithExamples,
    short_help="Run unit tests for policies and rules: examples in folders.",
    examples=(
        "acctgate test policies/tests",
        "acctgate test policies/tests --format text --format junit=tests.xml",
    ),
)
@click.argument("directory", type=click.Path(path_type=Path))
@policy_option
@formats_option(tuple(FORMATS))
@output_option
@click.option("--require-examples", is_flag=True, help="Fail if a rule has no examples.")
@click.pass_context
def command(
    ctx: click.Context,
    directory: Path,
    policy_file: Path | None,
    formats: tuple[str, ...],
    output: Path | None,
    require_examples: bool,
) -> None:
    """Judge the examples in DIRECTORY and report mismatches.

    DIRECTORY/RULE/OUTCOME/*.yaml are examples of a rule, DIRECTORY/VERDICT/*.yaml of the whole policy. OUTCOME is
    pass, fail, unknown, skipped or waived; VERDICT is pass, fail or unknown. A file is a snapshot, or has `snapshot`
    and, optionally, `policy` (the rule's entry), `planned`, `now` and `expect`. Exit status: 0 all match; 1 a
    mismatch; 2 an example cannot be read.
    """
    destinations = targets(formats or ("text",), output, FORMATS)
    try:
        report = run_examples(directory, policy(policy_file), datetime.now(UTC))
    except ExampleError as error:
        raise click.ClickException(str(error)) from None
    for name, path in destinations:
        write_text(FORMATS[name](report), path)
    if report.errors:
        first, *more = report.errors.values()
        click.echo(f"acctgate: {one_line(first)}{and_more(len(more))}", err=True)
        ctx.exit(2)
    ctx.exit(int(bool(report.failed) or (require_examples and bool(report.uncovered))))
