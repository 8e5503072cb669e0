"""Read a Resource Directory: its members from all pages of ListAccounts, with folders, status and tags."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, NamedTuple

from acctgate.model.account_id import is_account_id
from acctgate.model.member import Member
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.sources.call_error import CallError, clock_remedy, expect, unexpected
from acctgate.sources.live_account import run_parallel
from acctgate.sources.operations import DIRECTORY, FOLDERS, MEMBERS, Call, Operation
from acctgate.text import plural, show

_PAGE: Final = 100
_LISTINGS: Final = 5
"""How often the members are listed if the directory changes meanwhile."""
_MOST: Final = 100_000
"""More members or folders than a directory can have."""
_PAUSE: Final = 0.2
"""Seconds before the second listing. Doubled with each one."""
_DEEPEST: Final = 10
"""Levels of folders. The service allows five."""
_REMEDY: Final = (
    "use the management account of the Resource Directory or a delegated administrator, with the permissions "
    f"{DIRECTORY.permission}, {MEMBERS.name} and {FOLDERS.name}"
)


class ListedMember(NamedTuple):
    """A member as the directory lists it."""

    id: str
    name: str | None
    member: Member


@dataclass(frozen=True, slots=True)
class Directory:
    """A Resource Directory."""

    id: str
    management: str
    """The ID of the management account, which ListAccounts is not known to list."""
    management_name: str | None
    members: tuple[ListedMember, ...]
    notice: str | None = None
    """What could not be read of it, None if nothing is missing."""

    @property
    def accounts(self) -> tuple[ListedMember, ...]:
        """All accounts, each once: the management account and the members.

        The tags of the management account are known only if a server lists it as a member.
        """
        if any(each.id == self.management for each in self.members):
            return self.members
        return ListedMember(self.management, self.management_name, Member(folder="/")), *self.members


class _ChangedError(Exception):
    """The directory changed while it was listed."""


def read_directory(call: Call, say: Callable[[str], None] | None = None) -> Directory:
    """Return the directory that the caller manages, or a delegated administrator's.

    Args:
        call: Makes a call as the management account or a delegated administrator.
        say: Gets what is being read.

    Raises:
        SourceError: The directory or its members cannot be listed completely.
    """
    try:
        found = _section(DIRECTORY, call(DIRECTORY, {}), DIRECTORY.answer_key)
        directory, management = (_text(DIRECTORY, found, key) for key in ("ResourceDirectoryId", "MasterAccountId"))
        if say:
            say("the members")
        members = _list_members(call)
    except CallError as error:
        remedy = clock_remedy(error) or f"; {_REMEDY}"
        raise SourceError(f"the organization cannot be listed: {error}{remedy}") from None
    root = str(found.get("RootFolderId") or "")
    paths, notice = _folder_paths(call, root, {each.member.folder_id for each in members})
    name = found.get("MasterAccountName")
    placed = tuple(
        each._replace(member=replace(each.member, folder=paths.get(each.member.folder_id))) for each in members
    )
    return Directory(directory, management, one_line(name) if name else None, placed, notice)


def _list_members(call: Call) -> list[ListedMember]:
    """Return the members at one moment, and those that were seen before it and have left.

    If an account leaves and another joins between two pages, a third account moves from the later page to the earlier
    one and is on neither, though TotalCount stays. So a listing of several pages counts only if the one before had the
    same members. Then each of them was a member when the first listing ended: it was read before that and after it. As
    TotalCount was then the number of them all, none is missing. This holds in whatever order the pages are read, unless
    an account leaves and joins again meanwhile.

    Raises:
        CallError: They cannot be listed, or the directory changes all the time.
    """
    seen: dict[str, ListedMember] = {}
    before: set[str] | None = None
    reason = ""
    for listing in range(_LISTINGS):
        if listing:
            time.sleep(_PAUSE * 2 ** (listing - 1))
        try:
            members = _list_once(call, seen)
        except _ChangedError as error:
            before, reason = None, str(error)
            continue
        listed = {each.id for each in members}
        if len(members) <= _PAGE or listed == before:
            return [*members, *(each for each in seen.values() if each.id not in listed)]
        if before is not None:
            reason = "accounts join and leave"
        before = listed
    raise unexpected(MEMBERS, f"the directory changes while it is listed ({reason}); try again")


def _list_once(call: Call, seen: dict[str, ListedMember]) -> list[ListedMember]:
    """Return the members from all pages, and add them to `seen`.

    Raises:
        _ChangedError: The number of members differs between pages or from that of the listed ones, or one is listed
            twice.
    """
    first, total = _page(call, 1)
    numbers = range(2, -(-total // _PAGE) + 1)
    pages = run_parallel([partial(_page, call, number) for number in numbers])
    members = [*first]
    for page in pages:
        if isinstance(page, CallError):
            raise page
        members += page[0]
    seen.update((each.id, each) for each in members)
    totals = {total, *(page[1] for page in pages)}
    if len(totals) > 1:
        raise _ChangedError(f"TotalCount was {' and '.join(map(str, sorted(totals)))}")
    if len({each.id for each in members}) < len(members):
        raise _ChangedError("an account is on two pages")
    if len(members) != total:
        raise _ChangedError(f"{plural(len(members), 'account')} listed, but TotalCount is {total}")
    return members


def _page(call: Call, number: int) -> tuple[list[ListedMember], int]:
    """Return the members of a page, and TotalCount."""
    answer = call(MEMBERS, {"PageNumber": str(number), "PageSize": str(_PAGE), "IncludeTags": "true"})
    return [_member(each) for each in _items(MEMBERS, answer, "Account")], _total(MEMBERS, answer)


def _member(found: dict[str, Any]) -> ListedMember:
    account = found.get("AccountId")
    if not is_account_id(account):
        raise unexpected(MEMBERS, f"the AccountId {show(account)} names no account")
    keys = ("DisplayName", "FolderId", "Status")
    name, folder, status = (one_line(found[key]) if found.get(key) else None for key in keys)
    return ListedMember(account, name, Member(None, folder, status, _tags(found)))


def _tags(found: dict[str, Any]) -> dict[str, str] | None:
    """Return the tags of a member, None if they are not in the answer, or if one of them cannot be read."""
    tags = found.get("Tags")
    if not isinstance(tags, dict) or not isinstance(tags.get("Tag"), list):
        return None
    pairs: dict[str, str] = {}
    for tag in tags["Tag"]:
        key, value = (tag.get("Key"), tag.get("Value")) if isinstance(tag, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(value, str | None):
            return None
        pairs[one_line(key)] = one_line(value or "")
    return pairs


def _folder_paths(call: Call, root: str, wanted: set[str | None]) -> tuple[dict[str | None, str], str | None]:
    """Return the path of each folder by its ID, and what could not be read. The root's path is /."""
    paths: dict[str | None, str] = {root: "/"}
    level = [root] if wanted - {root} else []
    for _ in range(_DEEPEST):
        found = run_parallel([partial(_children, call, folder) for folder in level])
        children: list[str] = []
        for parent, names in zip(level, found, strict=True):
            if isinstance(names, CallError):
                return {root: "/"}, f"folders are not known: {names}"
            paths |= {folder: f"{paths[parent].rstrip('/')}/{name}" for folder, name in names.items()}
            children += names
        level = children
        if not level:
            break
    return paths, None


def _children(call: Call, parent: str) -> dict[str, str]:
    """Return the names of a folder's subfolders by ID, from all pages."""
    names: dict[str, str] = {}
    number = 1
    while True:
        answer = call(FOLDERS, {"ParentFolderId": parent, "PageNumber": str(number), "PageSize": str(_PAGE)})
        found = _items(FOLDERS, answer, "Folder")
        names |= {_text(FOLDERS, each, "FolderId"): _text(FOLDERS, each, "FolderName") for each in found}
        if not found or number * _PAGE >= _total(FOLDERS, answer):
            return names
        number += 1


def _items(operation: Operation, answer: Any, key: str) -> list[dict[str, Any]]:
    found = expect(operation, _section(operation, answer, operation.answer_key), key, list)
    if not all(isinstance(each, dict) for each in found):
        raise unexpected(operation, f"{operation.answer_key}.{key} has items that are not objects")
    items: list[dict[str, Any]] = found
    return items


def _section(operation: Operation, answer: Any, key: str) -> dict[str, Any]:
    section: dict[str, Any] = expect(operation, answer, key, dict)
    return section


def _text(operation: Operation, found: dict[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not value.strip():
        raise unexpected(operation, f"{key} is missing")
    return one_line(value)


def _total(operation: Operation, answer: dict[str, Any]) -> int:
    total = answer.get("TotalCount")
    if not isinstance(total, int) or isinstance(total, bool) or not 0 <= total <= _MOST:
        raise unexpected(operation, f"TotalCount should be a number up to {_MOST:,}, found {show(total)}")
    return total
