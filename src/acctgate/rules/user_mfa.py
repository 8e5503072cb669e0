"""RAM users have MFA devices bound.

A rule at logon asks for MFA; this counts who can answer. An account without RAM users has nothing to judge.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Required

from annotated_types import Ge, Le

from acctgate.rules.base import Judgement, RuleEntry, SettingRule, entry
from acctgate.rules.families import USER_INFO


@entry
class Parameters(RuleEntry, total=False):
    """How many of the users must have a device."""

    minimum_ratio: Required[Annotated[float, Ge(0), Le(1)]]
    """Users with a device, as a part of all users: 0 to 1."""


def judge(bound: int, users: int, want: Parameters) -> Judgement:
    """Bound devices over users, compared exactly."""
    actual = {"SubUserBindMfa": bound, "SubUser": users}
    if bound > users:
        return Judgement("unknown", f"not provable: {bound} of {users} RAM users cannot have MFA", actual)
    if users == 0:
        return Judgement("skipped", "there are no RAM users", actual)
    holds = bound >= Fraction(str(want["minimum_ratio"])) * users
    return Judgement("pass" if holds else "fail", f"{bound} of {users} RAM users have MFA", actual)


RULE = SettingRule(
    id="user-mfa",
    title="MFA for RAM users",
    doc=__doc__,
    severity="high",
    setting=f"{USER_INFO}.SubUserBindMfa",
    also=(f"{USER_INFO}.SubUser",),
    parameters=Parameters,
    vacuous={"minimum_ratio": 0},
    expected=lambda want: (
        f"at least {want['minimum_ratio']:.0%} of RAM users"
        if float(want["minimum_ratio"] * 100).is_integer()
        else f"at least {want['minimum_ratio']} of RAM users"
    ),
    judge=judge,
    remediation="Have each RAM user bind an MFA device, or bind one for them (RAM console, Users). Remove "
    "users that nobody needs.",
    cis=("1.4",),
)
