"""The command `acctgate waive`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from acctgate.cli.completion import rules
from acctgate.cli.examples import WithExamples
from acctgate.cli.options import own_policy_option, policy_path
from acctgate.policy import PolicyError, load_policy
from acctgate.policy.edit import with_waiver
from acctgate.policy.source import read_source
from acctgate.policy.validate import suggest_rule
from acctgate.text import os_reason
from acctgate.writing import replace_file

if TYPE_CHECKING:
    from acctgate.policy import Policy

_DAYS: Final = re.compile(r"\+?([0-9]{1,4})d", re.ASCII)


@click.command(
    "waive",
    cls=WithExamples,
    short_help="Add a waiver to the policy file.",
    examples=(
        'acctgate waive root-access-keys --account 1234567890123456 --reason "legacy batch" --owner ops --expires 90d',
        'acctgate waive user-mfa --reason "devices are ordered" --owner ada@example.org --expires 2027-01-31',
    ),
)
@click.argument("rule", shell_complete=rules)
@click.option("--account", metavar="ID", help="The account to waive the rule for.  [default: every account]")
@click.option("--reason", required=True, metavar="TEXT", help="Why the exception is acceptable.")
@click.option("--owner", required=True, metavar="TEXT", help="Who is responsible for it.")
@click.option(
    "--expires", required=True, metavar="DAY", help="The last day (UTC), YYYY-MM-DD, or a number of days: 30d."
)
@own_policy_option
def command(rule: str, account: str | None, reason: str, owner: str, expires: str, policy_file: Path | None) -> None:
    """Add a waiver to the policy file, and change nothing else in it.

    Covers violations and unknown results of RULE through its last day. Exit status: 0 written; 2 not written.
    """
    path = policy_file or policy_path()
    today = datetime.now(UTC).date()
    last = _day(expires, today)
    entry = {"rule": rule, "account": account, "reason": reason, "owner": owner, "expires": last.isoformat()}
    place = _write(path, {key: value.strip() for key, value in entry.items() if value is not None}, last)
    whom = f"account {account}" if account else "every account"
    click.echo(f"{place}: {rule} is waived for {whom} until {last.isoformat()} ({(last - today).days} days)")


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


def _write(path: Path, entry: dict[str, str], last: date) -> str:
    """Write the entry and return its place."""
    try:
        before = load_policy(path)
        _check(before, entry, last)
        text = path.read_bytes().decode()
        changed = with_waiver(text.removeprefix("\ufeff"), read_source(path), entry)
        file = path.resolve()  # the target, if the path is a link
        replace_file(file, "\ufeff" * text.startswith("\ufeff") + changed)
        place = load_policy(path).waivers[-1].place
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{path}: {os_reason(error)}") from None
    return f"{place.file}:{place.line}" if place else str(path)


def _check(before: Policy, entry: dict[str, str], last: date) -> None:
    known = {rule.id: rule for rule in before.all_rules}
    if entry["rule"] not in known:
        raise click.UsageError(
            f"{entry['rule']}: unknown rule{suggest_rule(entry['rule'], known)}; `acctgate rules` lists them"
        )
    for key, value in entry.items():
        if not value or not value.isprintable():
            raise click.UsageError(f"--{key}: should be one line of text")
    for waiver in before.waivers:
        if waiver.covers(entry["rule"], entry.get("account")) and waiver.expires >= last:
            place = f"{waiver.place.file}:{waiver.place.line}" if waiver.place else before.source
            raise click.ClickException(f"{place}: already waived until {waiver.expires.isoformat()}")
