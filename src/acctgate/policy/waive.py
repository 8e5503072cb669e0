"""Write a waiver into the policy file of a repository."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from acctgate.model.account_id import is_account_id
from acctgate.policy.document import STACK
from acctgate.policy.edit_waivers import waivers_of, with_renewed_waiver, with_waiver
from acctgate.policy.load import load_policy
from acctgate.policy.policy import Policy
from acctgate.policy.source import PolicyError, Source, read_source
from acctgate.policy.waiver import DEFAULT_WAIVER_DAYS, Waiver
from acctgate.text import did_you_mean, os_reason, plural
from acctgate.writing import replace_file


class WaiverError(ValueError):
    """The waiver has an invalid value. The text is one line that names the option of `acctgate waive`."""


class WrittenWaiver(NamedTuple):
    """A waiver in its file."""

    place: str
    """The file and line."""
    renewed: str | None
    """The former last day of a renewed waiver, None for a new one."""
    is_disabled: bool
    """Whether the policy disables the rule, for every account: then the waiver has no effect."""


def write_waiver(path: Path, entry: Mapping[str, str], today: date, group: str | None = None) -> WrittenWaiver:
    """Add a waiver to a policy file, or renew the one for the same rule, account, user, stack and group.

    Args:
        path: The policy file.
        entry: The waiver's keys and values, in the order in which they are written.
        today: The present day (UTC).
        group: The group of accounts that it is for; None: it is for those of the whole policy.

    Raises:
        WaiverError: A value is invalid.
        PolicyError: The policy is invalid, has such a waiver already, or cannot be written.
    """
    before, source = load_policy(path), read_source(path)
    _check_group(before, source, group)
    _check(before, entry, today)
    waivers = _waivers(before, group)
    inherited = len(waivers) - len(waivers_of(source, group))
    index = _same(before, waivers, entry, inherited)
    _refuse_covered(before, entry, group, None if index is None else waivers[index])
    try:
        _edit(path, source, entry, group, None if index is None else index - inherited)
    except OSError as error:
        raise PolicyError(f"{path}: {os_reason(error)}") from None
    place = _waivers(load_policy(path), group)[-1 if index is None else index].place
    renewed = None if index is None else waivers[index].expires.isoformat()
    return WrittenWaiver(str(place or path), renewed, _is_disabled(before, entry["rule"], group))


def _is_disabled(policy: Policy, rule: str, group: str | None) -> bool:
    """Return whether the rule is disabled for the accounts of the group, or for all accounts."""
    entries = policy.possible_entries(rule) if group is None else [policy.entry_in(rule, [group])]
    return all(entry["level"] == "disabled" for entry in entries)


def _waivers(policy: Policy, group: str | None) -> tuple[Waiver, ...]:
    """Return the waivers of a group, or those outside of groups."""
    return next((each.waivers for each in policy.groups if each.name == group), policy.waivers)


def _check_group(before: Policy, source: Source, group: str | None) -> None:
    """Refuse a group that the file itself does not have."""
    if group is None or group in (source.data.get("groups") or {}):
        return
    known = [each.name for each in before.groups]
    if group in known:
        raise WaiverError(f"--group {group}: is not in {source.name} itself; add the waiver by hand where it is")
    names = f"the policy has {', '.join(known)}" if known else "the policy has no groups"
    raise WaiverError(f"--group {group}: unknown group; {names}")


def _edit(path: Path, source: Source, entry: Mapping[str, str], group: str | None, renewed: int | None) -> None:
    """Write the entry into the file, in place of the waiver of that number, if any."""
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: is UTF-16; save it as UTF-8, or write the waiver into it by hand") from None
    bare = text.removeprefix("\ufeff")
    if renewed is None:
        changed = with_waiver(bare, source, entry, group)
    else:
        renewal = {key: value for key, value in entry.items() if key != "account"}  # it may be named by its alias
        changed = with_renewed_waiver(bare, source, renewed, renewal, group)
    file = path.resolve()  # the target, if the path is a link
    replace_file(file, "\ufeff" * text.startswith("\ufeff") + changed)


def _check(before: Policy, entry: Mapping[str, str], today: date) -> None:
    """Refuse an entry that the policy would not take."""
    known = {rule.id: rule for rule in before.all_rules}
    if entry["rule"] not in known:
        raise WaiverError(
            f"{entry['rule']}: unknown rule{did_you_mean(entry['rule'], known)}; `acctgate rules` lists them"
        )
    for key, value in entry.items():
        if not value or not value.isprintable():
            raise WaiverError(f"--{key}: should be one line of text")
    if "user" in entry and not known[entry["rule"]].counts_users:
        raise WaiverError(f"--user: {entry['rule']} counts no users; leave the option out")
    if "account" in entry and _account(before, entry) is None:
        name = entry["account"]
        raise WaiverError(f"--account {name}: neither an account ID nor an alias that the policy has once")
    if "stack" in entry and not re.match(STACK, entry["stack"]):
        raise WaiverError(f"--stack {entry['stack']}: use STACK, PROJECT/STACK or ORGANIZATION/PROJECT/STACK")
    most = before.max_waiver_days or DEFAULT_WAIVER_DAYS
    if (days := (date.fromisoformat(entry["expires"]) - today).days) > most:
        limit = "max_waiver_days of the policy" if before.max_waiver_days else "the limit without max_waiver_days"
        raise WaiverError(f"--expires {entry['expires']}: {plural(days, 'day')} from today; {limit} is {most:,}")


def _account(policy: Policy, entry: Mapping[str, str]) -> str | None:
    """Return the ID of the account that the entry names; None if the policy does not know it, or without an account."""
    name = entry.get("account")
    found = [account for account, each in policy.accounts.items() if each.alias == name]
    return name if is_account_id(name) else found[0] if name and len(found) == 1 else None


def _same(before: Policy, waivers: Sequence[Waiver], entry: Mapping[str, str], first: int) -> int | None:
    """Return the number of the last waiver of the file itself for the same findings, None without one."""
    same = (entry["rule"], _account(before, entry), entry.get("user"), entry.get("stack"))
    found = [
        number
        for number, waiver in enumerate(waivers)
        if number >= first and (waiver.rule, waiver.account, waiver.user, waiver.stack) == same
    ]
    return found[-1] if found else None


def _refuse_covered(before: Policy, entry: Mapping[str, str], group: str | None, renewed: Waiver | None) -> None:
    """Refuse an entry that changes nothing: another waiver covers it at least as long."""
    account, user = _account(before, entry), entry.get("user")
    groups = () if group is None else (group,)
    for waiver in before.all_waivers:
        longer = waiver.expires.isoformat() >= entry["expires"]
        if (
            waiver is not renewed
            and longer
            and waiver.covers(entry["rule"], account, groups)
            and waiver.user in (None, user)
            and waiver.holds_in(entry.get("stack"))
        ):
            raise PolicyError(f"{waiver.place or before.source}: already waived until {waiver.expires.isoformat()}")
