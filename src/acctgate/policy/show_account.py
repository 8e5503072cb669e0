"""What counts for one account, and why: which groups of the policy match it. For `acctgate policy show --account`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from acctgate.model.snapshot import Snapshot
from acctgate.policy.groups import Membership
from acctgate.policy.load import build_policy
from acctgate.policy.merged import Merged
from acctgate.redact import one_line


class AccountPolicy:
    """A policy as it counts for one account."""

    def __init__(self, merged: Merged, account: Snapshot) -> None:
        """Find the groups that the account is in.

        Args:
            merged: The valid policy.
            account: The account, with what is known of its organization.
        """
        self._account, self._whole = account, merged
        self._memberships = build_policy(merged).memberships(account)
        self.merged = merged.in_groups([each.group.name for each in self._memberships if each.holds])
        """What counts: the groups that certainly match are laid over the policy."""

    def comments(self) -> str:
        """Return lines of YAML comments: the account, and why each group matches or not."""
        name = one_line(self._account.account_id or "unknown")
        alias = f" ({one_line(self._account.alias)})" if self._account.alias else ""
        lines = [f"account {name}{alias}", *map(self._describe, self._memberships)]
        return "".join(f"# {line}\n" for line in [*lines, *self._unknown()])

    def document(self) -> dict[str, Any]:
        """Return the same for programs, as further keys of the policy: `account` and `in_groups`."""
        found = [
            {"group": each.group.name, "matches": each.holds, "reason": each.reason, **self._origin(each)}
            for each in self._memberships
        ]
        return {"account": self._account.account_id, "in_groups": found}

    def _origin(self, membership: Membership) -> dict[str, Any]:
        origin = self._whole.groups()[membership.group.name]
        assert origin.source is not None
        return {"from": origin.source.name, **({} if origin.source.foreign else {"line": origin.line})}

    def _describe(self, membership: Membership) -> str:
        words = {True: "matches", False: "does not match", None: "may match"}[membership.holds]
        place = self._whole.groups()[membership.group.name].place
        return one_line(f"group {membership.group.name} {words}: {membership.reason} ({place})")

    def _unknown(self) -> Iterator[str]:
        """Yield what follows from groups that may match."""
        groups = [each.group for each in self._memberships if each.holds is None]
        if groups:
            rules = dict.fromkeys(rule for group in groups for rule in group.rules)
            yield one_line(
                f"Below is what counts outside of groups that may match. In them too must pass: {', '.join(rules)}"
            )
