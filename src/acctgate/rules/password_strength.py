"""Passwords of RAM users have to be strong.

`SubUserPwdLevel` sums up the account's password policy as low, mid or high. It stands in for the single
settings that CIS 1.7 to 1.14 ask for; it does not prove them.
"""

from __future__ import annotations

from typing import Final, Literal, Required

from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide, entry
from acctgate.rules.families import USER_INFO

STRENGTH: Final = {"low": 0, "mid": 1, "high": 2}


@entry
class Parameters(RuleEntry, total=False):
    """The weakest level that is allowed."""

    minimum: Required[Literal["low", "mid", "high"]]
    """low, mid or high."""


def judge(level: str, want: Parameters) -> Judgement:
    """At least the minimum."""
    return decide(STRENGTH[level] >= STRENGTH[want["minimum"]], f"password strength is {level}", level)


RULE = SettingRule(
    id="password-strength",
    title="Password strength of RAM users",
    doc=__doc__,
    severity="medium",
    setting=f"{USER_INFO}.SubUserPwdLevel",
    parameters=Parameters,
    vacuous={"minimum": "low"},
    expected=lambda want: "high" if want["minimum"] == "high" else f"at least {want['minimum']}",
    judge=judge,
    remediation="Tighten the password policy for RAM users (RAM console, Settings, or "
    "SetPasswordPolicy): length, character classes, history, expiry.",
)
