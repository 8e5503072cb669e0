"""The command `acctgate waive`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import click

from acctgate.cli.support.completion import rules
from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.inputs import own_policy_path
from acctgate.cli.support.options import own_policy_option
from acctgate.policy.waive import WaiverError, write_waiver
from acctgate.text import plural

_DAYS: Final = re.compile(r"\+?([0-9]{1,4})d", re.ASCII)


@click.command(
    "waive",
    cls=WithExamples,
    short_help="Add a waiver to the policy file.",
    examples=(
        'acctgate waive root-access-keys --account 1234567890123456 --reason "legacy batch" --owner ops --expires 90d',
        'acctgate waive user-mfa --reason "devices are ordered" --owner ada@example.org --expires 2027-01-31',
        'acctgate waive user-mfa --reason "still on order" --owner ada@example.org --expires 30d --ticket OPS-12',
    ),
)
@click.argument("rule", shell_complete=rules)
@click.option(
    "--account",
    metavar="ID",
    help="The account to waive the rule for: its ID, or its alias in the policy.  [default: every account]",
)
@click.option("--group", metavar="NAME", help="Waive the rule for the accounts of this group of the policy.")
@click.option(
    "--user",
    metavar="NAME",
    help="Waive the rule for one user only. A violation is waived once all users behind it are; this needs --names.",
)
@click.option(
    "--stack",
    metavar="NAME",
    help="Waive the rule only in this Pulumi stack: its name, PROJECT/STACK or ORGANIZATION/PROJECT/STACK.",
)
@click.option("--reason", required=True, metavar="TEXT", help="Why the exception is acceptable.")
@click.option("--owner", required=True, metavar="TEXT", help="Who is responsible for it.")
@click.option(
    "--expires",
    required=True,
    metavar="DAY",
    help="The last day (UTC), YYYY-MM-DD, or a number of days: 30d. At most max_waiver_days of the policy, else 365.",
)
@click.option("--ticket", metavar="TEXT", help="Where the exception is tracked: an issue's number or URL.")
@own_policy_option
def command(
    rule: str,
    account: str | None,
    group: str | None,
    user: str | None,
    stack: str | None,
    reason: str,
    owner: str,
    expires: str,
    ticket: str | None,
    policy_file: Path | None,
) -> None:
    """Add a waiver to the policy file, or renew the one for the same rule, account, user, stack and group.

    Nothing else in the file changes. Covers violations and unknown results of RULE through its last day.
    Exit status: 0 written; 2 not written.
    """
    path = own_policy_path(policy_file)
    today = datetime.now(UTC).date()
    last = _day(expires, today)
    given = {"rule": rule, "account": account, "user": user, "stack": stack, "reason": reason, "owner": owner}
    given["expires"] = last.isoformat()
    entry = {key: value.strip() for key, value in {**given, "ticket": ticket}.items() if value is not None}
    try:
        written = or_fail(lambda: write_waiver(path, entry, today, group))
    except WaiverError as error:
        raise click.UsageError(str(error)) from None
    scope = f"account {account}" if account else "every account"
    scope = f"one user of {scope}" if user else scope
    scope = f"{scope} in group {group}" if group else scope
    scope = f"{scope} in stack {stack}" if stack else scope
    renewed = f"; renewed, it ended on {written.renewed}" if written.renewed else ""
    days = plural((last - today).days, "day")
    click.echo(f"{written.place}: {rule} is waived for {scope} until {last.isoformat()} ({days}{renewed})")
    if written.is_disabled:
        click.echo(f"acctgate: the policy disables {rule}, so the waiver has no effect", err=True)


def _day(text: str, today: date) -> date:
    if match := _DAYS.fullmatch(text.strip()):
        return today + timedelta(days=int(match[1]))
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip(), re.ASCII):
            raise ValueError("unknown format")
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise click.UsageError(f"--expires {text}: invalid date; use YYYY-MM-DD, or 30d for 30 days: {error}") from None
    if day < today:
        raise click.UsageError(f"--expires {text}: is in the past")
    return day
