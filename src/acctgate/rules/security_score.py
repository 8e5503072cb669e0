"""The account's security score is high enough, and does not drop.

Alibaba Cloud computes the score, 0 to 100, from the account's security practices. The formula is not published, so
acctgate only compares the score and never recomputes it. With an earlier report or snapshot (`--baseline`), the message
names the counts that moved with the score, and `max_drop` limits how far it may drop. Without one, `max_drop` does
nothing, and the message says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Required

from acctgate.language import Bilingual, Words, fill, join, words_of
from acctgate.model.fields import Percent
from acctgate.model.resource_types import OTHER_TYPES
from acctgate.model.snapshot import Unknown
from acctgate.rules.base import Actuals, Judgement, RuleEntry, RuleText, SettingRule, decide, entry, undecided
from acctgate.rules.support.order import higher_is_stricter, lower_is_stricter
from acctgate.rules.support.rule_factories import USER_INFO
from acctgate.text import plural, show

SETTING: Final = "AccountSecurityPracticeInfo.Score"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of security-score."""

    minimum: Required[Percent]
    """The lowest score allowed, 0 to 100."""
    max_drop: Percent
    """How many points the score may be lower than in the baseline, 0 to 100. Without --baseline it does nothing."""


_NO_BASELINE: Final = Words("; there is no baseline to compare it with (max_drop)", "；没有可以比较的基线（max_drop）")
_NO_SCORE: Final = Unknown(
    Bilingual(
        "the baseline has no security score of the account, so its drop is unknown",
        "基线中没有该账号的安全分，因此无法得知它下降了多少",
    )
)
_MOVED: Final = Words("{} {} was {}", "{} 为 {}，原为 {}")


def judge(score: int, want: Parameters) -> Judgement:
    """Compare the score with the minimum."""
    alone = _NO_BASELINE if "max_drop" in want else Words("", "")
    message = Bilingual(f"the security score is {score}{alone.en}", f"安全分为 {score}{alone.zh}")
    return decide(score >= want["minimum"], message, score)


def compare_earlier(found: Judgement, before: Actuals | Unknown, after: Actuals, want: Parameters) -> Judgement:
    """Compare the score with an earlier one, and name the counts that moved."""
    if isinstance(before, Unknown):
        return _without_earlier(found, before, want)
    score, earlier = after[SETTING], before.get(SETTING)
    if type(earlier) is not int or not 0 <= earlier <= 100:
        return _without_earlier(found, _NO_SCORE, want)
    alone = _instead_of_no_baseline(found.message, Words("", ""))
    message = join(Words("; ", "；"), (alone, _moved(earlier, score), *_counts(before, after)))
    drops = earlier - score > want.get("max_drop", 100)
    return found._replace(outcome="fail" if drops else found.outcome, message=message)


def _without_earlier(found: Judgement, why: Unknown, want: Parameters) -> Judgement:
    """Return the judgement where no earlier score is known: a drop is unknown if the policy limits it."""
    if "max_drop" not in want:
        return found
    if found.outcome == "fail":
        reason = fill(Words("; {}", "；{}"), why.reason)
        return found._replace(message=_instead_of_no_baseline(found.message, words_of(reason)))
    return undecided(Unknown(why.reason, found.actual))


def _instead_of_no_baseline(message: str, text: Words) -> Bilingual:
    """Return a message with a text in place of the note that there is no baseline."""
    english, chinese = words_of(message)
    return Bilingual(english.replace(_NO_BASELINE.en, text.en), chinese.replace(_NO_BASELINE.zh, text.zh))


def _moved(before: int, after: int) -> Bilingual:
    if before == after:
        return Bilingual("the baseline has the same", "与基线相同")
    points = abs(after - before)
    way = Words("lower", "低") if after < before else Words("higher", "高")
    english = f"{plural(points, 'point')} {way.en} than in the baseline ({before})"
    return Bilingual(english, f"比基线（{before}）{way.zh} {points} 分")


def _counts(before: Actuals, after: Actuals) -> Iterator[str]:
    """Yield the values of the security report that moved together with the score."""
    if before[SETTING] == after[SETTING]:
        return
    for setting, now in after.items():
        was = before.get(setting)
        if setting.startswith(USER_INFO) and None not in (was, now) and (was, type(was)) != (now, type(now)):
            yield fill(_MOVED, setting.rpartition(".")[2], show(now), show(was))


def expected(want: Parameters) -> str:
    """Return the parameters in words."""
    drop = f", at most {want['max_drop']} lower than in the baseline" if "max_drop" in want else ""
    return f"at least {want['minimum']}{drop}"


def expected_zh(want: Parameters) -> str:
    """Return the parameters in Chinese."""
    drop = f"，最多比基线低 {want['max_drop']} 分" if "max_drop" in want else ""
    return f"至少 {want['minimum']} 分{drop}"


RULE = SettingRule(
    id="security-score",
    title="Security score",
    doc=__doc__,
    severity="medium",
    setting=SETTING,
    parameters=Parameters,
    trivial_values={"minimum": 0, "max_drop": 100},
    orders={SETTING: higher_is_stricter},
    thresholds=("minimum",),
    parameter_orders={"max_drop": lower_is_stricter},
    compare_earlier=compare_earlier,
    plot_range=(0, 100),
    moved_by_resources=tuple(OTHER_TYPES.values()),
    keeps_outcome=True,
    expected=expected,
    judge=judge,
    remediation="Work through the account's security report in the RAM console (Overview, Security Check): no "
    "root AccessKey pair, MFA for root and users, no old or unused keys, strong passwords.",
    translations={
        "zh": RuleText(
            title="安全分",
            doc="账号的安全分足够高，并且没有下降。\n\n"
            "阿里云根据账号自身的安全实践计算安全分，范围 0 到 100。算法没有公开，因此只比较，从不自行重算。"
            "给出较早的报告或快照（`--baseline`）时，消息会列出随安全分一起变化的数量，"
            "`max_drop` 则限制安全分可以下降多少。没有基线时，`max_drop` 不起作用，消息会说明这一点。",
            remediation="按 RAM 控制台的安全报告（概览，安全检查）逐项处理：主账号无 AccessKey，主账号和用户启用 "
            "MFA，无陈旧或闲置密钥，使用强密码。",
            parameters={
                "minimum": "允许的最低安全分，取值 0 到 100。",
                "max_drop": "安全分最多可以比基线低多少分，取值 0 到 100。没有 --baseline 时不起作用。",
            },
            expected=expected_zh,
        )
    },
)
