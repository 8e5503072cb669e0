"""Waivers of a policy: exceptions to its rules, each with an expiry date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.outcome import Place

DEFAULT_WAIVER_DAYS: Final = 365
"""How many days ahead a new waiver may end if the policy sets no limit."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception to a rule, with an expiry date."""

    rule: str
    reason: str
    owner: str
    expires: date
    """The last day on which it applies (UTC)."""
    account: str | None = None
    """None: every account."""
    user: str | None = None
    """The user that it is about, by name or by hashed name. None: the whole finding."""
    ticket: str | None = None
    """Where the exception is tracked."""
    place: Place | None = None
    """Where it is written; None in a preset or a package's file."""
    group: str | None = None
    """The group whose accounts it is for; None: those of the whole policy."""
    inline: bool = False
    """Whether it is a comment in the program under judgement."""
    stack: str | None = None
    """The Pulumi stack that it is for: `stack`, `project/stack` or `organization/project/stack`. None: it counts in
    every stack, and where there is none."""

    def covers(self, rule: str, account: str | None, groups: Iterable[str] = ()) -> bool:
        """Return whether it covers this rule, for every user or for one, on this account, which is in these groups."""
        return self.rule == rule and self.account in (None, account) and (self.group is None or self.group in groups)

    def holds_in(self, stack: str | None) -> bool:
        """Return whether it counts in a stack: its full name, or the part of it that is known; None: no stack is."""
        return self.stack is None or (stack is not None and f"/{stack}".endswith(f"/{self.stack}"))

    @property
    def scope(self) -> str:
        """Which accounts it covers. A user's name stays in the policy file: this goes to logs."""
        accounts = self.account or Bilingual("every account", "所有账号")
        accounts = fill(Words("one user of {}", "{}，仅一个用户"), accounts) if self.user else accounts
        accounts = fill(Words("{} in group {}", "{}，分组 {}"), accounts, self.group) if self.group else accounts
        return fill(Words("{} in stack {}", "{}，堆栈 {}"), accounts, self.stack) if self.stack else accounts

    def includes(self, other: Waiver) -> bool:
        """Return whether it covers all that another waiver covers, apart from the time."""
        groups = (other.group,) if other.group else ()
        return (
            self.covers(other.rule, other.account, groups)
            and self.user in (None, other.user)
            and self.holds_in(other.stack)
        )
