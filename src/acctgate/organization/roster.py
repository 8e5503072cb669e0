"""The accounts of a run: those of the directory, those of the file, or both; selected, and divided into shards."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from acctgate.model.run import Entry
from acctgate.organization.accounts_file import ListedAccount
from acctgate.organization.selectors import Selector
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.sources.directory import Directory
from acctgate.text import and_more, listed

DEFAULT_ROLE: Final = "ResourceDirectoryAccountAccessRole"
"""The role that the directory creates in each member that it creates, and that the management account may assume."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_SHARD: Final = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several parts of a run, which other machines can read."""

    number: int
    """From 1 to `count`."""
    count: int

    @classmethod
    def of(cls, text: str) -> Shard:
        """Parse K/N.

        Raises:
            ValueError: It is invalid.
        """
        found = _SHARD.fullmatch(text)
        shard = cls(*map(int, found.groups())) if found else cls(1, 0)
        if shard.number > shard.count:
            raise ValueError(f"{text}: invalid shard; use K/N (example: 2/4, the second of four)")
        return shard

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def has(self, account: str) -> bool:
        """Return whether an account belongs to it. That depends on nothing but the account's ID."""
        digest = hashlib.sha256(account.encode()).digest()
        return int.from_bytes(digest[:8]) % self.count == self.number - 1


@dataclass(frozen=True, slots=True)
class Selection:
    """Which accounts to read, and how."""

    include: tuple[Selector, ...] = ()
    exclude: tuple[Selector, ...] = ()
    role_name: str = DEFAULT_ROLE

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.role_name):
            raise SourceError(f"role name {self.role_name}: invalid (example: acctgate-audit)")


def list_entries(
    directory: Directory | None, listed: Sequence[ListedAccount], role_name: str, own: str | None
) -> list[Entry]:
    """Return the accounts to read: first those of the directory, then those that only the file names.

    Args:
        directory: The directory, None for the accounts of the file only.
        listed: The accounts of the file. They add alias, role, region and labels to those of the directory. With a
            file, an account that it gives no labels has none; without one, labels are not known.
        role_name: The name of the role in accounts for which the file names none.
        own: The account that the credentials belong to. It is read without a role, unless the file names one.
    """
    accounts = directory.accounts if directory else ()
    entries = {each.id: Entry(each.id, each.name, member=each.member) for each in accounts}
    if listed:
        entries = {name: replace(each, member=replace(each.member, labels={})) for name, each in entries.items()}
    for account in listed:
        entries[account["id"]] = _with_listed(entries.get(account["id"], Entry(account["id"])), account)
    return [_with_role(entry, role_name, own) for entry in entries.values()]


def _with_listed(entry: Entry, account: ListedAccount) -> Entry:
    role = account.get("role")
    arn = role if role is None or ":" in role else _arn(entry.id, role)
    member = replace(entry.member, labels=_safe(account.get("labels", {})))
    alias = one_line(account["alias"]) if "alias" in account else entry.alias
    return replace(entry, alias=alias, role_arn=arn, region=account.get("region"), member=member)


def _safe(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels as a snapshot and the record of a run may have them: without secrets."""
    return {one_line(key): one_line(value) for key, value in labels.items()}


def _with_role(entry: Entry, role_name: str, own: str | None) -> Entry:
    return entry if entry.role_arn or entry.id == own else replace(entry, role_arn=_arn(entry.id, role_name))


def _arn(account: str, name: str) -> str:
    return f"acs:ram::{account}:role/{name}"


def select_entries(entries: Sequence[Entry], selection: Selection, *, resumed: bool = False) -> list[Entry]:
    """Return the selected accounts, and those of which it is not known whether they are: they must not be lost.

    Args:
        entries: The accounts.
        selection: Which of them to read.
        resumed: Whether a run is resumed: what a selector has matched may have left the directory since.

    Raises:
        SourceError: A selector matches no account, or none is left.
    """
    for option, selectors in (("--include", selection.include), ("--exclude", selection.exclude)):
        for selector in () if resumed else selectors:
            found = [selector.matches(entry) for entry in entries]
            if not any(found):
                unknown = found.count(None)
                more = f" (the {selector.kind} of {unknown:,} is not known)" if unknown else ""
                raise SourceError(f"{option} {selector} matches no account of {len(entries):,}{more}")
    chosen = [entry for entry in entries if _is_selected(entry, selection)]
    if not chosen:
        raise SourceError(f"--include and --exclude leave no account of {len(entries):,}")
    return chosen


def _is_selected(entry: Entry, selection: Selection) -> bool:
    included = not selection.include or any(each.matches(entry) is not False for each in selection.include)
    return included and not any(each.matches(entry) for each in selection.exclude)


def doubt_notice(chosen: Sequence[Entry], selection: Selection) -> str | None:
    """Return a notice that names the accounts of which it is not known whether they are meant, None without any."""
    unknown = {entry.id: kinds for entry in chosen if (kinds := _unknown_kinds(entry, selection))}
    if not unknown:
        return None
    account, kinds = next(iter(unknown.items()))
    what = f"{listed(kinds, 'and')} {'is' if len(kinds) == 1 else 'are'} not known"
    return (
        f"account {account} is read, since its {what}; --exclude id={account} leaves it out{and_more(len(unknown) - 1)}"
    )


def _unknown_kinds(entry: Entry, selection: Selection) -> list[str]:
    """Return what must be known of an account to tell whether it is meant: alias, folder or tag."""
    included = [each.matches(entry) for each in selection.include]
    deciding = selection.exclude if any(included) else (*selection.include, *selection.exclude)
    return sorted({each.kind for each in deciding if each.matches(entry) is None})


def update_entries(earlier: Iterable[Entry], current: Iterable[Entry]) -> list[Entry]:
    """Return the accounts of an earlier listing of the same run, as far as possible as they are listed now.

    Those that left since remain as they were. Those that joined come last.
    """
    found = {entry.id: entry for entry in current}
    return [*(found.pop(entry.id, entry) for entry in earlier), *found.values()]
