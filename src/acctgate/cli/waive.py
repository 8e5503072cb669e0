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
from acctgate.model.account_id import is_account_id
from acctgate.policy import PolicyError, load_policy
from acctgate.policy.edit import with_renewed_waiver, with_waiver
from acctgate.policy.policy import DEFAULT_WAIVER_DAYS
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
        'acctgate waive user-mfa --reason "still on order" --owner ada@example.org --expires 30d --ticket OPS-12',
    ),
)
@click.argument("rule", shell_complete=rules)
@click.option(
    "--account",
    metavar="ID",
    help="The account to waive the rule for: its ID, or its alias in the policy.  [default: every account]",
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
    reason: str,
    owner: str,
    expires: str,
    ticket: str | None,
    policy_file: Path | None,
) -> None:
    """Add a waiver to the policy file, or renew the one for this rule and account, and change nothing else in it.

    Covers violations and unknown results of RULE through its last day. Exit status: 0 written; 2 not written.
    """
    path = policy_file or policy_path()
    today = datetime.now(UTC).date()
    last = _day(expires, today)
    given = {"rule": rule, "account": account, "reason": reason, "owner": owner, "expires": last.isoformat()}
    entry = {key: value.strip() for key, value in {**given, "ticket": ticket}.items() if value is not None}
    place, before = _write(path, entry, today)
    whom = f"account {account}" if account else "every account"
    renewed = f"; renewed, it ended on {before}" if before else ""
    click.echo(f"{place}: {rule} is waived for {whom} until {last.isoformat()} ({(last - today).days} days{renewed})")


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


def _write(path: Path, entry: dict[str, str], today: date) -> tuple[str, str | None]:
    """Write the entry. Return its place and, if it renews a waiver, that one's last day."""
    try:
        before, source = load_policy(path), read_source(path)
        text = path.read_bytes().decode()
        own = source.data.get("waivers") or ()
        inherited = len(before.waivers) - len(own)
        _check(before, entry, today)
        index = _same(before, entry, inherited)
        _refuse_covered(before, entry, index)
        if index is None:
            changed = with_waiver(text.removeprefix("\ufeff"), source, entry)
        else:
            renewal = {key: value for key, value in entry.items() if key != "account"}  # it may be named by its alias
            changed = with_renewed_waiver(text.removeprefix("\ufeff"), source, index - inherited, renewal)
        file = path.resolve()  # the target, if the path is a link
        replace_file(file, "\ufeff" * text.startswith("\ufeff") + changed)
        place = load_policy(path).waivers[-1 if index is None else index].place
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{path}: {os_reason(error)}") from None
    renewed = None if index is None else before.waivers[index].expires.isoformat()
    return f"{place.file}:{place.line}" if place else str(path), renewed


def _check(before: Policy, entry: dict[str, str], today: date) -> None:
    """Refuse an entry that the policy would not take."""
    known = {rule.id: rule for rule in before.all_rules}
    if entry["rule"] not in known:
        raise click.UsageError(
            f"{entry['rule']}: unknown rule{suggest_rule(entry['rule'], known)}; `acctgate rules` lists them"
        )
    for key, value in entry.items():
        if not value or not value.isprintable():
            raise click.UsageError(f"--{key}: should be one line of text")
    if "account" in entry and _account(before, entry) is None:
        name = entry["account"]
        raise click.UsageError(f"--account {name}: neither an account ID nor an alias that the policy has once")
    most = before.max_waiver_days or DEFAULT_WAIVER_DAYS
    if (days := (date.fromisoformat(entry["expires"]) - today).days) > most:
        limit = "max_waiver_days of the policy" if before.max_waiver_days else "the limit without max_waiver_days"
        raise click.UsageError(f"--expires {entry['expires']}: {days:,} days from today; {limit} is {most:,}")


def _account(policy: Policy, entry: dict[str, str]) -> str | None:
    """Return the ID of the account that the entry names; None if the policy does not know it, or without an account."""
    name = entry.get("account")
    found = [account for account, each in policy.accounts.items() if each.alias == name]
    return name if is_account_id(name) else found[0] if name and len(found) == 1 else None


def _same(before: Policy, entry: dict[str, str], first: int) -> int | None:
    """Return the number of the last waiver of the file itself for the same rule and account, None without one."""
    same = (entry["rule"], _account(before, entry))
    found = [
        number
        for number, waiver in enumerate(before.waivers)
        if number >= first and (waiver.rule, waiver.account) == same
    ]
    return found[-1] if found else None


def _refuse_covered(before: Policy, entry: dict[str, str], renewed: int | None) -> None:
    """Refuse an entry that changes nothing: another waiver covers it at least as long."""
    account = _account(before, entry)
    for number, waiver in enumerate(before.waivers):
        longer = waiver.expires.isoformat() >= entry["expires"]
        if number != renewed and longer and waiver.covers(entry["rule"], account):
            place = f"{waiver.place.file}:{waiver.place.line}" if waiver.place else before.source
            raise click.ClickException(f"{place}: already waived until {waiver.expires.isoformat()}")
