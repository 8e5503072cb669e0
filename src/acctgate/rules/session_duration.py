"""Console sessions of RAM users end soon enough.

A session that lasts a day is a day in which an unlocked laptop or a stolen cookie is as good as a password.
`LoginSessionDuration` counts whole hours from 1 to 24; Alibaba Cloud's default is 6.
"""

from __future__ import annotations

from typing import Required

from acctgate.model.fields import Hours
from acctgate.model.preference_keys import DEFAULT_HOURS
from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide, entry


@entry
class Parameters(RuleEntry, total=False):
    """The longest session that is allowed."""

    max_hours: Required[Hours]
    """The longest that is allowed, in whole hours, 1 to 24."""


def hours_text(count: int) -> str:
    """1 hour, 2 hours."""
    return f"{count} hour" if count == 1 else f"{count} hours"


def judge(hours: int, want: Parameters) -> Judgement:
    """At most max_hours."""
    return decide(hours <= want["max_hours"], f"a console session lasts {hours_text(hours)}", hours)


def repair(hours: object, want: Parameters) -> int:
    """The longest that is allowed; where the present value is not known, no longer than the API's default."""
    return want["max_hours"] if isinstance(hours, int) else min(want["max_hours"], DEFAULT_HOURS)


RULE = SettingRule(
    id="session-duration",
    title="Length of console sessions",
    doc=__doc__,
    severity="medium",
    setting="SecurityPreference.LoginProfilePreference.LoginSessionDuration",
    parameters=Parameters,
    vacuous={"max_hours": 24},
    expected=lambda want: f"at most {hours_text(want['max_hours'])}",
    judge=judge,
    remediation="Set LoginSessionDuration to fewer hours (loginSessionDuration on the SecurityPreference resource).",
    by_resource=True,
    repair=repair,
)
