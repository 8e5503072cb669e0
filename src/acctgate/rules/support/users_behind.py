"""Who is behind a count of the security report, by the credential report.

Alibaba Cloud does not publish after how many days a key counts as old or unused. So each rule names users by a limit of
its own, and distinguishes users who are certainly counted from those who may be counted by another limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from acctgate.language import Words
from acctgate.model.credential_report import ROOT
from acctgate.times import parse_time

MAX_KEY_AGE: Final = timedelta(days=90)
"""An active AccessKey pair that was created earlier is named as old."""
MAX_IDLE: Final = timedelta(days=90)
"""An active AccessKey pair that was not used for longer is named as unused, and a user without a logon as idle."""
_YES: Final = (1, 1)
_PERHAPS: Final = (0, 1)
_NO: Final = (0, 0)

User = Mapping[str, Any]
"""A row of the credential report."""
Key = Mapping[str, Any]


class Share(NamedTuple):
    """How much one user contributes to a count."""

    certain: int
    possible: int
    """At most, by whatever limit. At least `certain`."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Finds who is behind a count.

    The users who may be counted include those who certainly are. A longer limit counts fewer of the same users, a
    shorter one more. So if the count equals the sum of what is certain, no other user is behind it.
    """

    criterion: Words
    """Whom it names."""
    share: Callable[[User, datetime], Share]
    """Takes a user and the time of the report."""
    count: Callable[[Any], int] | None
    """Takes the outcome's `actual` of a violation; returns the number to explain. None: the value counts no users, and
    the names only show whom it concerns."""
    root: bool = False
    """Whether the Alibaba Cloud account itself is counted, and not its RAM users."""

    def shares(self, users: list[User], at: datetime) -> dict[str, Share]:
        """Return the share of each user that may be counted, by name."""
        found = {user["User"]: self.share(user, at) for user in users if (user["User"] == ROOT) == self.root}
        return {name: share for name, share in found.items() if share.possible}


def without_mfa(user: User, _: datetime) -> Share:
    """Return whether a RAM user has no MFA device. A user without access to the console has none either."""
    return Share(*(_NO if user["MfaActive"] else _YES))


def root_without_mfa(user: User, _: datetime) -> Share:
    """Return whether the Alibaba Cloud account itself has no MFA device, perhaps if the report does not say."""
    return Share(*(_NO if user["MfaActive"] else _PERHAPS if user["MfaActive"] is None else _YES))


def existing_keys(user: User, _: datetime) -> Share:
    """Return the number of AccessKey pairs."""
    return Share(len(user["AccessKeys"]), len(user["AccessKeys"]))


def old_keys(user: User, at: datetime) -> Share:
    """Return the number of old AccessKey pairs; perhaps those that are inactive or of unknown age."""
    return _sum(_old_key(key, at) for key in user["AccessKeys"])


def unused_keys(user: User, at: datetime) -> Share:
    """Return the number of unused AccessKey pairs; perhaps those that are inactive, or new and never used."""
    return _sum(_unused_key(key, at) for key in user["AccessKeys"])


def without_logon(user: User, at: datetime) -> Share:
    """Return whether a user with a password for the console is idle, perhaps if the report has no time of the logon."""
    if not user["Console"]:
        return Share(*_NO)
    if "LastLogon" not in user:
        return Share(*_PERHAPS)
    last = user["LastLogon"]
    return Share(*(_YES if last is None or at - parse_time(last) > MAX_IDLE else _NO))


def per_user(share: Callable[[User, datetime], Share]) -> Callable[[User, datetime], Share]:
    """Return the share of a user in a count of users, from that in a count of their AccessKey pairs."""
    return lambda user, at: Share(*(min(1, number) for number in share(user, at)))


def _old_key(key: Key, at: datetime) -> tuple[int, int]:
    if key["LastRotated"] is None:
        return _PERHAPS
    if at - parse_time(key["LastRotated"]) <= MAX_KEY_AGE:
        return _NO
    return _YES if key["Active"] else _PERHAPS


def _unused_key(key: Key, at: datetime) -> tuple[int, int]:
    since = key["LastUsed"] or key["LastRotated"]
    idle = since is not None and at - parse_time(since) > MAX_IDLE
    if idle:
        return _YES if key["Active"] else _PERHAPS
    return _NO if key["LastUsed"] else _PERHAPS


def _sum(shares: Iterable[tuple[int, int]]) -> Share:
    return Share(*map(sum, zip((0, 0), *shares, strict=True)))
