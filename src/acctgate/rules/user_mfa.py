"""RAM users have MFA devices bound.

login-mfa asks whether users need MFA; this rule counts the users who have a device. An account without RAM users has
nothing to judge.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Annotated, Any, Final, Required

from annotated_types import Ge, Le

from acctgate.language import Bilingual, Words
from acctgate.model.resource_types import LOGIN_PROFILE, MFA_DEVICE, USER
from acctgate.model.snapshot import Unknown
from acctgate.rules.base import Judgement, MovedEntry, RuleText, SettingRule, entry, undecided, unknown_message
from acctgate.rules.support.entry import WhereSso
from acctgate.rules.support.order import Move, combine, higher_is_stricter, lower_is_stricter
from acctgate.rules.support.rule_factories import USER_INFO, lint_where_sso
from acctgate.rules.support.users_behind import Behind, without_mfa

BOUND: Final = f"{USER_INFO}.SubUserBindMfa"
USERS: Final = f"{USER_INFO}.SubUser"
_STEPS: Final = 10_000
"""A ratio is rounded down to a multiple of one part in this many."""


@entry
class Parameters(MovedEntry, total=False):
    """The parameters of user-mfa."""

    minimum_ratio: Required[Annotated[float, Ge(0), Le(1)]]
    """The lowest share of users with a device, 0 to 1."""
    where_sso: WhereSso


def judge(bound: int | Unknown, users: int | Unknown, want: Parameters) -> Judgement:
    """Compare bound devices with users, in exact arithmetic."""
    if isinstance(bound, Unknown) or isinstance(users, Unknown):
        return _undecided(bound, users)
    actual = {"SubUserBindMfa": bound, "SubUser": users}
    if bound > users:
        return Judgement("unknown", unknown_message(impossible(bound, users)), actual)
    if users == 0:
        return Judgement("skipped", Bilingual("there are no RAM users", "没有 RAM 用户"), actual)
    holds = bound >= Fraction(str(want["minimum_ratio"])) * users
    message = Bilingual(f"{bound} of {users} RAM users have MFA", f"{users} 个 RAM 用户中有 {bound} 个绑定了 MFA")
    return Judgement("pass" if holds else "fail", message, actual)


def impossible(bound: int, users: int) -> str:
    """Return the reason why counts that contradict each other decide nothing."""
    english = f"{bound} of {users} RAM users cannot have MFA"
    return Bilingual(english, f"{users} 个 RAM 用户中不可能有 {bound} 个绑定了 MFA")


def _undecided(*counts: int | Unknown) -> Judgement:
    """Return the outcome unknown, with both counts as the API gave them if it gave any."""
    first = undecided(next(each for each in counts if isinstance(each, Unknown)))
    if all(isinstance(each, Unknown) and each.actual is None for each in counts):
        return first
    given = (each.actual if isinstance(each, Unknown) else each for each in counts)
    return first._replace(actual=dict(zip(("SubUserBindMfa", "SubUser"), given, strict=True)))


def compare_counts(before: Any, after: Any) -> Move:
    """Compare by the number of users without a device, and by the share of users with one."""
    first, second = _counts(before), _counts(after)
    if first is None or second is None:
        return Move("unknown")
    without = lower_is_stricter(first[1] - first[0], second[1] - second[0])
    return combine([without, higher_is_stricter(_ratio(*first), _ratio(*second))])


def _counts(actual: Any) -> tuple[int, int] | None:
    match actual:
        case {"SubUserBindMfa": bound, "SubUser": users} if type(bound) is type(users) is int:
            return bound, users
    return None


def _ratio(bound: int, users: int) -> float:
    return bound / users if users else 1.0


def current_ratio(actual: Any, wanted: float) -> float:
    """Return the account's ratio, rounded down so that the account meets it."""
    match _counts(actual):
        case int(bound), int(users) if users:
            return floor(Fraction(bound, users) * _STEPS) / _STEPS
    return wanted


def expected(want: Parameters) -> str:
    """Return the parameters in words."""
    return f"at least {_share(want['minimum_ratio'])} of RAM users"


def _share(ratio: float) -> str:
    return f"{ratio:.0%}" if float(ratio * 100).is_integer() else str(ratio)


def expected_zh(want: Parameters) -> str:
    """Return the parameters in Chinese."""
    return f"至少 {_share(want['minimum_ratio'])} 的 RAM 用户"


RULE = SettingRule(
    id="user-mfa",
    title="MFA for RAM users",
    doc=__doc__,
    severity="high",
    setting=BOUND,
    also=(USERS,),
    takes_unknown=True,
    where_sso=True,
    parameters=Parameters,
    trivial_values={"minimum_ratio": 0},
    expected=expected,
    judge=judge,
    lint=lint_where_sso,
    orders={BOUND: higher_is_stricter},
    parameter_orders={"minimum_ratio": higher_is_stricter},
    ratchet={"minimum_ratio": current_ratio},
    actual_order=compare_counts,
    remediation="Have each RAM user bind an MFA device, or bind one for them (RAM console, Users). Delete "
    "users that are no longer needed.",
    moved_by_resources=(USER, LOGIN_PROFILE, MFA_DEVICE),
    behind=Behind(
        Words("RAM users without an MFA device", "未绑定 MFA 设备的 RAM 用户"),
        without_mfa,
        lambda actual: int(actual["SubUser"] - actual["SubUserBindMfa"]),
    ),
    translations={
        "zh": RuleText(
            title="RAM 用户 MFA",
            doc="RAM 用户已绑定 MFA 设备。\n\n"
            "登录规则决定是否要求 MFA；本规则统计有多少用户真正能够完成验证。没有 RAM 用户的账号无需判断。",
            remediation="让每个 RAM 用户绑定 MFA 设备，或代为绑定（RAM 控制台，用户）。移除不再需要的用户。",
            parameters={
                "minimum_ratio": "已绑定设备的用户占全部用户的比例，取值 0 到 1。",
            },
            expected=expected_zh,
        )
    },
)
