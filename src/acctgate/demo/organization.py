"""The demo organization: a Resource Directory whose members follow from a seed.

Members are computed on demand, so that an organization of any size starts at once and takes little memory.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from acctgate.demo.account import ACCOUNT_ID, DemoAccount
from acctgate.demo.variations import vary

SEED: Final = 20_260_331
"""The seed of an organization without one."""
ROOT_FOLDER: Final = "r-Demo01"
DIRECTORY_ID: Final = "rd-Demo01"
_FIRST_ID: Final = 1_100_000_000_000_000
_ID_STEP: Final = 77_777_773
"""The distance of two members' IDs."""
_SLOTS: Final = 100
"""Each of this many members in a row has different problems."""
_SHARE_COMPLIANT: Final = 0.75


class Folder(NamedTuple):
    """A folder of the directory."""

    id: str
    name: str
    parent: str
    """The ID of the folder that contains it."""


FOLDERS: Final = (
    Folder("fd-DemoProd", "prod", ROOT_FOLDER),
    Folder("fd-DemoPay", "payments", "fd-DemoProd"),
    Folder("fd-DemoWeb", "web", "fd-DemoProd"),
    Folder("fd-DemoDev", "dev", ROOT_FOLDER),
    Folder("fd-DemoLab", "sandbox", "fd-DemoDev"),
    Folder("fd-DemoSec", "security", ROOT_FOLDER),
)
"""The folders below the root. Members are in all of them, and in the root."""
_PLACES: Final = (*FOLDERS, Folder(ROOT_FOLDER, "root", ""))
_WEIGHTS: Final = (2, 3, 4, 4, 3, 1, 1)
_TEAMS: Final = ("atlas", "borealis", "cumulus", "delta")
_JOINED: Final = ("CreateSuccess", "CreateSuccess", "CreateSuccess", "InviteSuccess", "PromoteSuccess")
SUSPENDED: Final = "Suspended"
"""The status of a suspended member. The service documents none; the demo organization shows one."""
_DENIED: Final = {
    17: ("GetSecurityPreference",),
    43: ("GetAccountSecurityPracticeReport",),
    71: ("ListCompliancePacks", "GetPasswordPolicy"),
}
"""Slot → operations that its members deny."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the directory."""

    account_id: str
    name: str
    folder: str
    """The ID of its folder."""
    status: str
    tags: tuple[tuple[str, str], ...]
    has_role: bool
    """Whether the audit role exists in it, whatever its name."""
    trusts: bool
    """Whether the role lets the management account assume it."""
    denied: tuple[str, ...]
    """Operations that the role may not call."""
    compliant: bool
    """Whether it satisfies the preset `strict`, with masks within 10.0.0.0/8."""

    @property
    def suspended(self) -> bool:
        """Whether the member is suspended."""
        return self.status == SUSPENDED

    @property
    def readable(self) -> bool:
        """Whether its role can be assumed and may call everything."""
        return self.has_role and self.trusts and not self.denied and not self.suspended


class DemoOrganization:
    """A Resource Directory with its management account and members, the same for the same seed."""

    def __init__(self, accounts: int = 100, seed: int = SEED) -> None:
        """Describe the organization.

        Args:
            accounts: The number of members. The management account is not one of them.
            seed: What the members' settings, folders, tags and problems follow from.
        """
        self.seed = seed
        self.management = DemoAccount()
        """The account that the demo credentials belong to."""
        self.accounts: dict[str, DemoAccount] = {ACCOUNT_ID: self.management}
        """The accounts that were changed, or may be changed."""
        self._numbers = range(accounts)
        self._removed: set[str] = set()
        self._describe = lru_cache(maxsize=512)(self._describe_member)
        self._shift = random.Random(seed).randrange(_SLOTS)  # noqa: S311 - not for secrets
        readable = (each for each in map(self._id, self._numbers) if (found := self.member(each)) and found.readable)
        self.delegated: set[str] = set(islice(readable, 1))
        """The IDs of the delegated administrators: members that may read the directory, too."""
        self._template = DemoAccount()
        self._template.comply()
        self._recent = lru_cache(maxsize=512)(self._build)

    def __len__(self) -> int:
        return len(self._numbers) - len(self._removed)

    def member_ids(self) -> Iterator[str]:
        """Return the IDs of the members, the newest first, as ListAccounts lists them."""
        ids = (self._id(number) for number in reversed(self._numbers))
        return (each for each in ids if each not in self._removed)

    def page(self, start: int, size: int) -> list[str]:
        """Return the IDs of a page of the members, in the order of `member_ids`."""
        if self._removed:
            return list(islice(self.member_ids(), start, start + size))
        return [self._id(number) for number in self._numbers[::-1][start : start + size]]

    def member(self, account_id: str) -> Member | None:
        """Return a member, None if the account is not one."""
        number = self._number(account_id)
        return None if number is None or account_id in self._removed else self._describe(number)

    def _describe_member(self, number: int) -> Member:
        chance = random.Random(f"{self.seed}:{number}")  # noqa: S311 - not for secrets
        [place] = chance.choices(_PLACES, _WEIGHTS)
        team = chance.choice(_TEAMS)
        tags = (("env", place.name), ("team", team)) if chance.random() < 0.9 else ()
        # A prime step visits all slots, so that neighbors differ and 100 members have every problem.
        slot = (number * 37 + self._shift) % _SLOTS
        return Member(
            self._id(number),
            f"{place.name}-{team}-{number:05d}",
            place.id,
            SUSPENDED if slot == 5 else chance.choice(_JOINED),
            tags,
            has_role=slot not in (29, 83),
            trusts=slot != 59,
            denied=_DENIED.get(slot, ()),
            compliant=chance.random() < _SHARE_COMPLIANT,
        )

    def account(self, account_id: str) -> DemoAccount:
        """Return the settings of an account. Changes to them persist.

        Raises:
            KeyError: The account is not in the organization.
        """
        if account_id not in self.accounts:
            self.accounts[account_id] = self._build(account_id)
        return self.accounts[account_id]

    def peek(self, account_id: str) -> DemoAccount:
        """Return the settings of an account, to read them only.

        Raises:
            KeyError: The account is not in the organization.
        """
        return self.accounts.get(account_id) or self._recent(account_id)

    def add(self) -> str:
        """Add a member, and return its ID. ListAccounts lists it first."""
        self._numbers = range(len(self._numbers) + 1)
        return self._id(self._numbers[-1])

    def remove(self, account_id: str) -> None:
        """Remove a member.

        Raises:
            KeyError: The account is not a member.
        """
        if self.member(account_id) is None:
            raise KeyError(account_id)
        self._removed.add(account_id)
        self.accounts.pop(account_id, None)
        self._recent.cache_clear()

    def _build(self, account_id: str) -> DemoAccount:
        member = self.member(account_id)
        if member is None:
            raise KeyError(account_id)
        account = deepcopy(self._template)
        account.account_id = account_id
        vary(account, random.Random(f"{self.seed}:{account_id}"), compliant=member.compliant)  # noqa: S311 - not for secrets
        return account

    @staticmethod
    def _id(number: int) -> str:
        return str(_FIRST_ID + number * _ID_STEP)

    def _number(self, account_id: str) -> int | None:
        if not account_id.isascii() or not account_id.isdigit():
            return None
        number, rest = divmod(int(account_id) - _FIRST_ID, _ID_STEP)
        return number if not rest and number in self._numbers else None
