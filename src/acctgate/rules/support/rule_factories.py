"""Rules that differ only in their setting: switches that must have a value, and counts that have a maximum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Required

from annotated_types import Ge, Le

from acctgate.language import Bilingual, Words, fill
from acctgate.model.fields import Count
from acctgate.model.outcome import Severity
from acctgate.model.resource_types import ACCESS_KEY
from acctgate.rules.support.entry import MovedEntry, RuleEntry, entry
from acctgate.rules.support.judgement import Judgement, LintHint, RuleText, decide
from acctgate.rules.support.order import Order, lower_is_stricter, lower_is_stricter_zero_is_none
from acctgate.rules.support.setting_rule import SettingRule
from acctgate.rules.support.users_behind import Behind
from acctgate.text import plural

if TYPE_CHECKING:
    from acctgate.model.other_change import OtherChange

USER_INFO: Final = "AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo"
PREFERENCE: Final = "SecurityPreference"


@entry
class Allow(RuleEntry, total=False):
    """The parameters of a rule on a switch."""

    allow: Required[bool]
    """The value that the switch must have."""


@entry
class Maximum(MovedEntry, total=False):
    """The parameters of a rule on a count."""

    maximum: Required[Count]
    """The highest number allowed, at least 0."""


def is_root_key(change: OtherChange) -> bool:
    """Return whether an AccessKey pair belongs to the caller, which may be root: it names no user."""
    return "user_name" not in change.given


def removes_user_key(change: OtherChange) -> bool:
    """Return whether an AccessKey pair of a user goes. A new one is neither old nor unused."""
    return not is_root_key(change) and change.operation != "create"


def removes_root_key(change: OtherChange) -> bool:
    """Return whether an AccessKey pair of the caller goes. A new one is neither old nor unused."""
    return is_root_key(change) and change.operation != "create"


@entry
class MaxDays(RuleEntry, total=False):
    """The parameters of a rule on idle days."""

    max_days: Required[Annotated[int, Ge(1), Le(730)]]
    """The highest number of idle days allowed, 1 to 730."""


IDLE_DAYS: Final = (90, 180, 365, 730)
"""The values that SetSecurityPreference takes, in days; 730 is the default. Source: Ims 2019-08-15."""

_CAN: Final = Words("RAM users can {}", "RAM 用户可以{}")
_CANNOT: Final = Words("RAM users cannot {}", "RAM 用户不能{}")
_IDLE: Final = Words("{} are disabled after {} without use", "{}闲置 {} 天后被禁用")
_COUNT: Final = Words("{}: {}", "{}：{} 个")


def lint_where_sso(want: RuleEntry, entries: Mapping[str, RuleEntry]) -> Iterator[LintHint]:
    """Warn of a rule that is skipped where SSO is enabled, if the policy requires that it is not."""
    sso: dict[str, Any] = dict(entries.get("user-sso", {"level": "disabled"}))
    if want.get("where_sso") == "skip" and sso["level"] != "disabled" and sso.get("require") is False:
        message = "user-sso requires that SSO is not enabled, so skip never applies; change one of the two"
        yield LintHint(("where_sso",), message, related=("user-sso",))


def switch(
    *,
    id: str,  # noqa: A002 - as in Rule
    title: str,
    doc: str | None,
    severity: Severity,
    setting: str,
    action: str,
    remediation: str,
    zh: RuleText,
    order: Order | None = None,
    plannable: bool = True,
) -> SettingRule[Allow]:
    """Return a rule on a switch of the SecurityPreference.

    Args:
        id: The rule's id.
        title: A short noun phrase.
        doc: The module's docstring.
        severity: How much harm a violation can do.
        setting: The switch: group and key, joined by a dot.
        action: What the switch permits; completes "RAM users can …".
        remediation: What to do about a violation.
        zh: The texts in Chinese, except the parameter's.
        order: Which value is stricter. None if that is for the policy to say.
        plannable: Whether the SecurityPreference resource can set the switch.
    """
    name = f"{PREFERENCE}.{setting}"

    def judge(value: bool, want: Allow) -> Judgement:
        return decide(value == want["allow"], fill(_CAN if value else _CANNOT, action), value)

    return SettingRule(
        id=id,
        title=title,
        doc=doc or "",
        severity=severity,
        setting=name,
        parameters=Allow,
        expected=_allowed,
        judge=judge,
        remediation=remediation,
        translations={"zh": zh._replace(parameters={"allow": "该开关必须等于此值。"}, expected=_allowed)},
        orders={name: order} if order else {},
        parameter_orders={"allow": order} if order else {},
        by_resource=plannable,
        repair=(lambda _, want: want["allow"]) if plannable else None,
    )


def _allowed(want: Allow) -> str:
    """Return the value that a switch must have, which is the same in every language."""
    return str(want["allow"]).lower()


def idle_days(
    *,
    id: str,  # noqa: A002 - as in Rule
    title: str,
    doc: str | None,
    key: str,
    idle: str,
    pulumi: str,
    zh: RuleText,
    behind: Behind | None = None,
) -> SettingRule[MaxDays]:
    """Return a rule on the idle days after which Alibaba Cloud disables something.

    Args:
        id: The rule's id.
        title: A short noun phrase.
        doc: The module's docstring.
        key: The setting's key in MaxIdleDays.
        idle: What is disabled, in the plural.
        pulumi: The property of Pulumi's SecurityPreference.
        zh: The texts in Chinese, except the remediation and the parameter's.
        behind: Finds whom the setting concerns.
    """
    setting = f"{PREFERENCE}.MaxIdleDays.{key}"

    def judge(days: int, want: MaxDays) -> Judgement:
        after = Bilingual(plural(days, "day"), f"{days:,}")
        return decide(0 < days <= want["max_days"], fill(_IDLE, idle, after), days)

    return SettingRule(
        id=id,
        title=title,
        doc=doc or "",
        severity="medium",
        setting=setting,
        parameters=MaxDays,
        expected=lambda want: f"at most {plural(want['max_days'], 'day')}",
        judge=judge,
        remediation=f"Set {key} to fewer days ({pulumi} on the SecurityPreference resource). The API takes 90, 180, "
        "365 and 730.",
        orders={setting: lower_is_stricter_zero_is_none},
        thresholds=("max_days",),
        trivial_values={"max_days": IDLE_DAYS[-1]},
        by_resource=True,
        behind=behind,
        repair=lambda _, want: max((days for days in IDLE_DAYS if days <= want["max_days"]), default=None),
        translations={
            "zh": zh._replace(
                remediation=f"减少 {key} 的天数（SecurityPreference 资源的 {pulumi}）。API 接受 90、180、365 和 730。",
                parameters={"max_days": "闲置多少天后必须禁用，1 到 730。"},
                expected=lambda want: f"最多 {want['max_days']} 天",
            )
        },
    )


def count(
    *,
    id: str,  # noqa: A002 - as in Rule
    title: str,
    doc: str | None,
    severity: Severity,
    key: str,
    counted: str,
    remediation: str,
    zh: RuleText,
    is_moved_by: Callable[[OtherChange], bool],
    behind: Behind,
) -> SettingRule[Maximum]:
    """Return a rule on a count in the security report.

    Args:
        id: The rule's id.
        title: A short noun phrase.
        doc: The module's docstring.
        severity: How much harm a violation can do.
        key: The count's key in AccountSecurityPracticeUserInfo.
        counted: The things that are counted, in the plural.
        remediation: What to do about a violation.
        zh: The texts in Chinese, except the parameter's.
        is_moved_by: Whether a planned AccessKey pair can change the count.
        behind: Finds who is behind the count.
    """
    setting = f"{USER_INFO}.{key}"

    def judge(value: int, want: Maximum) -> Judgement:
        return decide(value <= want["maximum"], fill(_COUNT, counted, str(value)), value)

    return SettingRule(
        id=id,
        title=title,
        doc=doc or "",
        severity=severity,
        setting=setting,
        parameters=Maximum,
        expected=lambda want: f"at most {want['maximum']}",
        judge=judge,
        remediation=remediation,
        translations={
            "zh": zh._replace(
                parameters={"maximum": "允许的最大数量，不小于 0。"},
                expected=lambda want: f"最多 {want['maximum']} 个",
            )
        },
        orders={setting: lower_is_stricter},
        thresholds=("maximum",),
        moved_by_resources=(ACCESS_KEY,),
        is_moved_by=is_moved_by,
        behind=behind,
    )
