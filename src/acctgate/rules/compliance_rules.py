"""The account complies with the rules of its compliance packs.

A compliance pack of Cloud Config is a set of rules, each with a risk level: high, medium or low. The rule counts the
non-compliant ones, each once even if several packs have it, and names them. Without a limit, no high-risk rule may be
non-compliant. Rules under `ignore` do not count until their expiry date. What Cloud Config itself ignores
(IgnoreEvaluationResults) does not count either, and the message says so. An account without packs has nothing to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, NotRequired, Required

from annotated_types import MinLen
from pydantic import Field
from typing_extensions import TypedDict

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.api_error import explain
from acctgate.model.compliance_pack import SECTION as REPORTS
from acctgate.model.config_rule_compliance import RISK_LEVELS, SECTION
from acctgate.model.fields import Count
from acctgate.model.resource_types import COMPLIANCE_PACKS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.redact import one_line
from acctgate.rules.base import Judgement, MovedEntry, Rule, RuleText, entry, undecided
from acctgate.rules.support.order import Move, fewer_is_stricter, lower_is_stricter
from acctgate.rules.support.pack_tally import NOT_JUDGED, RESULTS_OF, Tally, add_pack, rule_name
from acctgate.text import and_more, and_more_zh, plural, show

_LIMITS: Final = {"high": "max_high", "medium": "max_medium", "low": "max_low"}
RISKS_ZH: Final = {"high": "高", "medium": "中", "low": "低"}
_MOST_NAMES: Final = 10
_NO_PACK: Final = Bilingual(
    f"{SECTION} lists no compliance pack, but {REPORTS} does", f"{SECTION} 没有列出合规包，而 {REPORTS} 列出了"
)
_SEMICOLON: Final = Words("; ", "；")


@entry
class IgnoredRule(TypedDict):
    """A rule of Cloud Config that does not count until a date."""

    rule: Required[Annotated[str, MinLen(1)]]
    """Its name or ID."""
    expires: Required[Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]]
    """The last day on which it is ignored (UTC), YYYY-MM-DD."""
    reason: NotRequired[Annotated[str, MinLen(1)]]
    """Why that is acceptable."""
    owner: NotRequired[Annotated[str, MinLen(1)]]
    """Who is responsible for it."""


@entry
class Parameters(MovedEntry, total=False):
    """The parameters of compliance-rules."""

    max_high: Count
    """The highest number of non-compliant rules of high risk, at least 0. With no limit at all, it is 0."""
    max_medium: Count
    """The highest number of non-compliant rules of medium risk, at least 0."""
    max_low: Count
    """The highest number of non-compliant rules of low risk, at least 0."""
    ignore: list[IgnoredRule]
    """Rules of Cloud Config that do not count, by name or ID, each with the last day on which that holds (expires)."""


def limits_of(want: Parameters) -> dict[str, int]:
    """Return the highest number of non-compliant rules by risk level."""
    values: Mapping[str, Any] = want
    return {level: values[name] for level, name in _LIMITS.items() if name in values} or {"high": 0}


def completed(want: Parameters) -> Mapping[str, Any]:
    """Return the entry with the limit that holds where it names none: naming another one lifts it."""
    return {**want, **{_LIMITS[level]: most for level, most in limits_of(want).items()}}


def expected(want: Parameters) -> str:
    """Return the parameters in words."""
    limits = ", ".join(f"{most} of {level} risk" for level, most in limits_of(want).items())
    names = [one_line(each["rule"]) for each in want.get("ignore", ())]
    return f"non-compliant rules: at most {limits}{f', ignoring {_some(names)}' if names else ''}"


def expected_zh(want: Parameters) -> str:
    """Return the parameters in Chinese."""
    limits = "，".join(f"{RISKS_ZH[level]}风险最多 {most} 条" for level, most in limits_of(want).items())
    names = [one_line(each["rule"]) for each in want.get("ignore", ())]
    return f"不合规的规则：{limits}{f'，忽略 {_some_zh(names)}' if names else ''}"


def faults(want: Parameters) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the expiry dates that do not exist."""
    for index, each in enumerate(want.get("ignore", ())):
        try:
            date.fromisoformat(each["expires"])
        except ValueError:
            yield ("ignore", index, "expires"), f"invalid date {show(each['expires'])}"


def exception_ends(want: Parameters) -> Iterator[tuple[tuple[str | int, ...], date]]:
    """Yield the last day of each ignored rule."""
    for index, each in enumerate(want.get("ignore", ())):
        yield ("ignore", index, "expires"), date.fromisoformat(each["expires"])


class ComplianceRules(Rule[Parameters]):
    """Judges the rules of all packs together."""

    def judgements(self, account: Snapshot, want: Parameters, now: datetime) -> Sequence[Judgement]:
        """Return one judgement. Too many non-compliant rules are a fail, even if more is unknown."""
        packs = account.read((SECTION,))
        if isinstance(packs, Unknown):
            return [undecided(packs)]
        tally = Tally(now.astimezone(UTC).date(), want.get("ignore", ()))
        for index in range(len(packs)):
            add_pack(tally, account, (SECTION, index))
        if error := account.errors.get(SECTION):
            tally.unknown.append(explain(error, RESULTS_OF))
        unlisted = account.unlisted_errors(SECTION).items()
        tally.unknown += (
            fill(Words("{}: {}", "{}：{}"), one_line(pack), explain(error, RESULTS_OF)) for pack, error in unlisted
        )
        if not packs and not tally.unknown:
            if account.raw((REPORTS,)):
                return [undecided(Unknown(_NO_PACK, []))]
            return [Judgement("skipped", Bilingual("the account has no compliance pack", "账号没有合规包"), [])]
        return [_judge(tally, limits_of(want))]


def _judge(tally: Tally, limits: Mapping[str, int]) -> Judgement:
    actual = sorted(tally.failing.values(), key=lambda rule: (rule["RiskLevel"], rule_name(rule)))
    over = any(tally.count(level) > most for level, most in limits.items())
    message = join(_SEMICOLON, _parts(tally, actual))
    if over:
        return Judgement("fail", message, actual, incomplete=bool(tally.unknown))
    if tally.unknown:
        shown, more = join(_SEMICOLON, tally.unknown[:3]), len(tally.unknown) - 3
        return undecided(Unknown(Bilingual(shown + and_more(more), shown.zh + and_more_zh(more)), actual))
    return Judgement("pass", message, actual)


def _parts(tally: Tally, failing: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if tally.compliant_packs:
        english = f"the account complies with {plural(tally.compliant_packs, 'pack')}, by the account group"
        yield Bilingual(english, f"按账号组的结果，账号符合 {tally.compliant_packs} 个合规包")
    if failing:
        yield _non_compliant(tally, failing)
    elif tally.total:
        total = len(tally.total)
        yield Bilingual(f"{plural(total, 'rule')}, none non-compliant", f"{total:,} 条规则，没有不合规的规则")
    elif not tally.compliant_packs:
        yield Bilingual("the packs have no rules", "合规包没有规则")
    if failing or tally.total or not tally.compliant_packs:
        yield from _not_counted(tally)


def _non_compliant(tally: Tally, failing: Sequence[Mapping[str, Any]]) -> Bilingual:
    counts = {level: count for level in _LIMITS if (count := tally.count(level))}
    names = [(rule_name(rule), RISK_LEVELS[rule["RiskLevel"]]) for rule in failing]
    risks = ", ".join(f"{count} {level}" for level, count in counts.items())
    risks_zh = "，".join(f"{RISKS_ZH[level]}风险 {count} 条" for level, count in counts.items())
    named, named_zh = (
        _some(f"{name} ({level})" for name, level in names),
        _some_zh(f"{name}（{RISKS_ZH[level]}）" for name, level in names),
    )
    return Bilingual(
        f"{len(failing)} of {len(tally.total)} rules non-compliant ({risks} risk): {named}",
        f"{len(tally.total)} 条规则中有 {len(failing)} 条不合规（{risks_zh}）：{named_zh}",
    )


def _not_counted(tally: Tally) -> Iterator[str]:
    if tally.ignored:
        english = f"ignored by the policy: {_some(tally.ignored)}"
        yield Bilingual(english, f"策略忽略：{_some_zh(tally.ignored)}")
    for name, day in tally.expired.items():
        yield Bilingual(f"ignoring {name} expired on {day}", f"对 {name} 的忽略已于 {day} 到期")
    if tally.in_cloud:
        english = f"ignored in Cloud Config (IgnoreEvaluationResults): {tally.in_cloud}"
        yield Bilingual(english, f"配置审计忽略（IgnoreEvaluationResults）：{tally.in_cloud} 项")
    for kind, words in NOT_JUDGED.items():
        if found := tally.not_judged.get(kind):
            yield Bilingual(f"{len(found)} {words.en}", f"{len(found)} 条{words.zh}")


def _some(texts: Iterable[str]) -> str:
    found = list(texts)
    return ", ".join(found[:_MOST_NAMES]) + and_more(len(found) - _MOST_NAMES)


def _some_zh(texts: Iterable[str]) -> str:
    found = list(texts)
    return "、".join(found[:_MOST_NAMES]) + and_more_zh(len(found) - _MOST_NAMES)


def compare_ignored(before: Any, after: Any) -> Move:
    """Compare two `ignore` lists: fewer rules, and earlier dates, are stricter."""
    adds = any(not any(_covers(old, new) for old in before) for new in after)
    removes = any(not any(_covers(new, old) for new in after) for old in before)
    if adds and removes:
        return Move("mixed")
    return Move("looser" if adds else "stricter" if removes else "changed")


def _covers(wider: Mapping[str, str], narrower: Mapping[str, str]) -> bool:
    return wider["rule"] == narrower["rule"] and wider["expires"] >= narrower["expires"]


RULE = ComplianceRules(
    id="compliance-rules",
    title="Rules of the compliance packs",
    doc=__doc__ or "",
    severity="medium",
    setting=SECTION,
    parameters=Parameters,
    expected=expected,
    faults=faults,
    exception_ends=exception_ends,
    actual_order=fewer_is_stricter,
    parameter_orders={**dict.fromkeys(_LIMITS.values(), lower_is_stricter), "ignore": compare_ignored},
    left_out={"ignore": []},
    completed=completed,
    moved_by_resources=COMPLIANCE_PACKS,
    remediation="Repair the resources that the named rules report (Cloud Config console, Compliance Package, the "
    "pack's result), or name a rule under `ignore` with an expiry date.",
    translations={
        "zh": RuleText(
            title="合规包中的规则",
            doc="账号符合其合规包中的规则。\n\n"
            "配置审计的合规包是一组规则，每条规则都有风险等级：高、中或低。本规则统计不合规的规则并列出其名称，"
            "多个合规包都包含的规则只算一次。没有给出任何上限时，不允许有不合规的高风险规则。`ignore` "
            "中的规则在到期日之前不计入。配置审计自身忽略的结果（IgnoreEvaluationResults）同样不计入，消息会说明这一点。"
            "没有合规包的账号无需判断。",
            remediation="请修复所列规则报告的资源（配置审计控制台，合规包，查看结果），"
            "或在 `ignore` 中列出该规则及其到期日。",
            parameters={
                "max_high": "不合规的高风险规则最多有多少条，不小于 0。没有给出任何上限时为 0。",
                "max_medium": "不合规的中风险规则最多有多少条，不小于 0。",
                "max_low": "不合规的低风险规则最多有多少条，不小于 0。",
                "ignore": "不计入的配置审计规则，用名称或 ID 表示，并各自给出最后有效日（expires）。",
            },
            expected=expected_zh,
        )
    },
)
