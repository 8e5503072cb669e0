"""Rules that differ only in the setting: switches that must have a value, counts that have a maximum."""

from __future__ import annotations

from typing import Required

from acctgate.model.fields import Count
from acctgate.model.outcome import Severity
from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide, entry

USER_INFO = "AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo"
PREFERENCE = "SecurityPreference"


@entry
class Allow(RuleEntry, total=False):
    """The value that a switch must have."""

    allow: Required[bool]
    """The switch must equal this."""


@entry
class Maximum(RuleEntry, total=False):
    """How many there may be."""

    maximum: Required[Count]
    """The most that is allowed, at least 0."""


def switch(
    *, id: str, title: str, doc: str | None, severity: Severity, setting: str, what: str, remediation: str
) -> SettingRule[Allow]:
    """A rule on a switch. `what` completes "RAM users can …"."""

    def judge(value: bool, want: Allow) -> Judgement:
        can = "can" if value else "cannot"
        return decide(value == want["allow"], f"RAM users {can} {what}", value)

    return SettingRule(
        id=id, title=title, doc=doc or "", severity=severity, setting=f"{PREFERENCE}.{setting}",
        parameters=Allow, expected=lambda want: str(want["allow"]).lower(), judge=judge,
        remediation=remediation, by_resource=True, repair=lambda _, want: want["allow"],
    )  # fmt: skip


def count(
    *, id: str, title: str, doc: str | None, severity: Severity, key: str, what: str, remediation: str,
    cis: tuple[str, ...] = (),
) -> SettingRule[Maximum]:  # fmt: skip
    """A rule on a count of the security report. `what` names the things that are counted."""

    def judge(value: int, want: Maximum) -> Judgement:
        return decide(value <= want["maximum"], f"{what}: {value}", value)

    return SettingRule(
        id=id, title=title, doc=doc or "", severity=severity, setting=f"{USER_INFO}.{key}",
        parameters=Maximum, expected=lambda want: f"at most {want['maximum']}", judge=judge,
        remediation=remediation, cis=cis,
    )  # fmt: skip
