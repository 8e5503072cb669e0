"""acctgate test"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from acctgate.cli.examples import WithExamples
from acctgate.cli.options import output_option, policy, policy_option

if TYPE_CHECKING:
    from acctgate.commands.test import TestReport
    from acctgate.policy import Policy

_FORMATS: Final = ("text", "json", "junit")


@click.command(
    "test",
    cls=WithExamples,
    short_help="Unit tests for policies and rules: examples in folders.",
    examples=(
        "acctgate test policies/tests",
        "acctgate test policies/tests --format text --format junit=tests.xml",
    ),
)
@click.argument("directory", type=click.Path(path_type=Path))
@policy_option
@click.option(
    "--format", "formats", multiple=True, metavar="F[=FILE]",
    help=f"One of {', '.join(_FORMATS)}; several as F=FILE, for all but one.  [default: text]",
)  # fmt: skip
@output_option
@click.option("--require-examples", is_flag=True, help="A rule without examples is a reason to fail.")
@click.pass_context
def command(
    ctx: click.Context, directory: Path, policy_file: Path | None, formats: tuple[str, ...], output: Path | None,
    require_examples: bool,
) -> None:  # fmt: skip
    """Judge the examples in DIRECTORY, and say where the policy or a rule says otherwise than they want.

    DIRECTORY/RULE/OUTCOME/*.yaml are examples of a rule, DIRECTORY/VERDICT/*.yaml of the whole policy; OUTCOME is
    pass, fail, unknown, skipped or waived, VERDICT pass, fail or unknown. A file is a snapshot, or has `snapshot`
    and, optionally, `policy` (what it says of the rule), `planned`, `now` and `expect`. Exit status: 0 all hold; 1
    one differs; 2 one cannot be read.
    """
    from acctgate.cli.output import targets, write_text
    from acctgate.commands.test import renderings
    from acctgate.redact import one_line

    places = targets(formats or ("text",), output, _FORMATS)
    told = _run(directory, policy(policy_file))
    for name, path in places:
        write_text(renderings[name](told), path)
    if told.errors:
        first, *more = told.errors.values()
        click.echo(f"acctgate: {one_line(first)}{f' (and {len(more)} more)' if more else ''}", err=True)
        ctx.exit(2)
    ctx.exit(int(bool(told.failed) or (require_examples and bool(told.uncovered))))


def _run(directory: Path, wanted: Policy) -> TestReport:
    from datetime import UTC, datetime

    from acctgate.commands.test import (
        ExampleError,
        TestReport,
        find_examples,
        read_example,
        run_example,
        stray_examples,
    )

    now, results, errors = datetime.now(UTC), [], {}
    try:
        found = list(find_examples(directory, {rule.id for rule in wanted.all_rules}))
    except ExampleError as error:
        raise click.ClickException(str(error)) from None
    if not found:
        hint = "they stand in RULE/pass, RULE/fail, RULE/unknown, or pass, fail, unknown for the whole policy"
        raise click.ClickException(f"{directory}: has no examples; {hint}")
    for path, rule, outcome in found:
        try:
            results.append(run_example(read_example(directory, path, rule, outcome), wanted, now))
        except ExampleError as error:
            errors[path.relative_to(directory).as_posix()] = str(error)
    for path, told in stray_examples(directory, [result.example for result in results]):
        errors[path.relative_to(directory).as_posix()] = told
    return TestReport.of(results, errors, wanted)
