"""Groups of a policy: which accounts they match, and what counts in them.

A group matches an account for which every key under `match` holds; of several values of a key, one must hold. `*`
stands for any text. Whether an account is in a group is unknown if the snapshot does not say what the group asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from acctgate.language import Words, fill
from acctgate.model.outcome import Place
from acctgate.model.snapshot import Snapshot
from acctgate.policy.waiver import Waiver
from acctgate.redact import one_line

KEYS: Final = ("folder", "tag", "label", "id", "alias")
"""What a group can match by."""
Names = tuple[str, ...]
"""The names of groups, in the policy's order."""


class Condition(NamedTuple):
    """A key under `match`, with the values of which one must hold."""

    key: str
    """One of `KEYS`."""
    name: str | None
    """The name of the tag or label."""
    patterns: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What it is about: `folder`, `tag env`."""
        return f"{self.key} {one_line(self.name)}" if self.name else self.key

    def holds(self, values: Collection[str]) -> bool:
        """Return whether one of an account's values has one of the patterns."""
        fits = in_folder if self.key == "folder" else _fits
        return any(fits(pattern, value) for pattern in self.patterns for value in values)


_UNKNOWN: Final = Words("its {} is not known", "账号的 {} 未知")


class Membership(NamedTuple):
    """Whether a group matches an account, and why."""

    group: Group
    holds: bool | None
    """None: unknown."""
    reason: str
    """What decides: `folder /prod/payments`; for None, what is not known: `its folder is not known`."""


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts that are judged by rules and waivers of their own, over those of the policy."""

    name: str
    match: tuple[Condition, ...]
    rules: Mapping[str, Mapping[str, Any]]
    """Rule → the values that the group itself sets."""
    waivers: tuple[Waiver, ...] = ()
    place: Place | None = None
    """Where it is written; None in a preset or a package's file."""

    def membership(self, account: Snapshot, alias: str | None) -> Membership:
        """Return whether the group matches an account, as read, for which the policy has this alias."""
        unknown: str | None = None
        held: list[str] = []
        for condition in self.match:
            values = _values(condition, account, alias)
            subject = condition.subject
            if values is None:
                unknown = unknown or fill(_UNKNOWN, subject)
            elif condition.holds(values):
                held.append(f"{subject} {', '.join(map(one_line, values))}")
            else:
                has = ", ".join(map(one_line, values))
                return Membership(self, False, f"{subject} {has}" if has else f"no {subject}")
        return Membership(self, None, unknown) if unknown else Membership(self, True, "; ".join(held))


def in_folder(pattern: str, folder: str) -> bool:
    """Return whether a folder is the one that a pattern names, or lies below it: /prod and /prod/* are the same.

    `*` stands for any text within one name.
    """
    path = f"/{folder.strip('/')}"
    above = [path[:end] for end in range(1, len(path)) if path[end] == "/"]
    return any(_compiled(_trimmed(pattern), r"[^/]*").fullmatch(each) for each in ("/", *above, path))


def _trimmed(pattern: str) -> str:
    trimmed = pattern.rstrip("/")
    while trimmed.endswith("/*"):
        trimmed = trimmed[:-2].rstrip("/")
    return trimmed or "/"


def _fits(pattern: str, value: str) -> bool:
    return _compiled(pattern, ".*").fullmatch(value) is not None


@cache
def _compiled(pattern: str, star: str) -> re.Pattern[str]:
    return re.compile(star.join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _values(condition: Condition, account: Snapshot, listed: str | None) -> Collection[str] | None:
    """Return an account's values for a condition: none if it has none, None if they are not known."""
    member, account_id = account.member, account.account_id
    match condition.key:
        case "id":
            return None if account_id is None else (account_id,)
        case "alias":
            return tuple(dict.fromkeys(name for name in (account.alias, listed) if name)) or None
        case "folder":
            return None if member is None or member.folder is None else (member.folder,)
    tags = None if member is None else member.tags if condition.key == "tag" else member.labels
    if tags is None:
        return None
    name = condition.name or ""
    return (tags[name],) if name in tags else ()


def conditions(match: Mapping[str, Any]) -> Iterator[Condition]:
    """Yield the conditions of a valid `match`, in the order in which they are cheapest to explain."""
    for key in KEYS:
        if key in ("tag", "label"):
            for name, values in (match.get(key) or {}).items():
                yield Condition(key, name, _texts(values))
        elif key in match:
            yield Condition(key, None, _texts(match[key]))


def distinct_combinations(
    start: Names, groups: Iterable[str], key: Callable[[Names], str], most: int
) -> list[Names] | None:
    """Return the combinations of groups that differ in their key; of those with equal keys, that of fewest groups.

    Args:
        start: The groups that each combination has.
        groups: The groups that it may have.
        key: Returns what a combination comes to.
        most: How many there may be.

    Returns:
        The combinations, `start` first; None if there are too many.
    """
    found = {key(start): start}
    for name in groups:
        for names in list(found.values()):
            found.setdefault(key((*names, name)), (*names, name))
        if len(found) > most:
            return None
    return list(found.values())


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
