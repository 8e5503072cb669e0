"""The command `acctgate doctor`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.live_options import Live, live_options
from acctgate.cli.support.options import color_option, kind_option, only_account_option, output_option, policy_option
from acctgate.cli.support.output import Color, appearance, write_text
from acctgate.cli.support.progress import progress
from acctgate.commands.doctor import examine
from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import worst
from acctgate.commands.doctor.render import render_json, render_plain, render_rich


@click.command(
    "doctor",
    cls=WithExamples,
    short_help="Check engine, credentials, endpoints, permissions and clock.",
    examples=(
        "acctgate doctor",
        "acctgate doctor --role-arn acs:ram::1234567890123456:role/audit  # as that role",
        "acctgate doctor --format json --output doctor.json",
    ),
)
@only_account_option
@policy_option
@kind_option("text", "json")
@output_option
@color_option
@live_options
@click.pass_context
def command(
    ctx: click.Context,
    policy_file: Path | None,
    kind: str,
    output: Path | None,
    color: Color,
    live: Live,
) -> None:
    """Check the Pulumi engine, the policy, the endpoints, the clock, the credentials and the permission for each call.

    The calls are really made. Each problem includes a fix. Exit status: 0 no problems, or warnings only; 1 a check
    failed; 2 wrong use.
    """
    where = live.target()
    with progress("checking") as shown:
        findings = list(examine(DoctorContext(where, policy_file, Path.cwd(), dict(os.environ), shown.say)))
    colored, width = appearance(output, color)
    if kind == "json":
        write_text(render_json(findings), output)
    else:
        write_text(render_rich(findings, width) if colored else render_plain(findings), output)
    ctx.exit(1 if worst(findings) == "failed" else 0)
