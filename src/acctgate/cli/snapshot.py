"""The command `acctgate snapshot`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from acctgate.cli.examples import WithExamples
from acctgate.cli.live import Live, live_options
from acctgate.cli.options import (
    file_option,
    force_option,
    names_option,
    only_account_option,
    or_fail,
    require_meant,
)
from acctgate.cli.output import write_text
from acctgate.cli.progress import READING, progress
from acctgate.model.snapshot import explain
from acctgate.policy.command_line import chosen_names
from acctgate.redact import json_without_commands
from acctgate.sources.live import read_account
from acctgate.sources.operations import (
    CREDENTIAL_REPORT,
    IDENTITY,
    OPTIONAL_OPERATIONS,
    PACK_REPORT,
    PACKS,
    PRACTICE,
    PREFERENCE,
    RULE_COMPLIANCE,
)
from acctgate.text import and_more

_OPERATIONS: Final = {
    operation.section: operation.name
    for operation in (IDENTITY, PREFERENCE, PRACTICE, PACKS, *OPTIONAL_OPERATIONS, RULE_COMPLIANCE, CREDENTIAL_REPORT)
}
"""The operation whose failure leaves out a section. The report of one pack has a section of its own."""


@click.command(
    "snapshot",
    cls=WithExamples,
    short_help="Read the live account and write a snapshot.",
    examples=(
        "acctgate snapshot --output prod.json",
        "acctgate snapshot --names hash --output prod.json  # with the users' credentials, by pseudonyms",
        "acctgate snapshot --region ap-southeast-1  # an international account",
        "acctgate snapshot --role-arn acs:ram::1234567890123456:role/audit  # another account",
    ),
)
@names_option
@only_account_option
@file_option
@force_option
@live_options
@click.pass_context
def command(ctx: click.Context, output: Path | None, live: Live) -> None:
    """Read the live account and write a snapshot (JSON).

    Exit status: 0 complete; 3 written, but a section has an error; 2 nothing written.
    """
    where = live.target()
    names = or_fail(lambda: chosen_names(os.environ))
    with progress(READING) as shown:
        snapshot = or_fail(lambda: read_account(where, datetime.now(UTC), shown.say, names=names))
    require_meant(snapshot.account_id)
    text = json.dumps(snapshot.document, indent=1, ensure_ascii=False)
    write_text(json_without_commands(text) + "\n", output)
    for section, error in snapshot.errors.items():
        more = and_more(len(snapshot.errors) - 1)
        of_pack = RULE_COMPLIANCE if section.startswith(RULE_COMPLIANCE.section) else PACK_REPORT
        operation = _OPERATIONS.get(section, of_pack.name)
        click.echo(f"acctgate: {section} is missing: {explain(error, operation)}{more}", err=True)
        ctx.exit(3)
