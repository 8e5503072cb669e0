"""The reports of the account's compliance packs are complete and recent.

Cloud Config evaluates an account against a compliance pack and generates the report on request.
GetCompliancePackReport says whether there is a report and how old it is, not what is in it. An account without packs
has nothing to judge; each pack is judged separately.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Required

from annotated_types import Ge, Le

from acctgate.language import Bilingual, Words, fill
from acctgate.model.api_error import explain
from acctgate.model.compliance_pack import SECTION
from acctgate.model.resource_types import COMPLIANCE_PACKS
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.rules.base import Judgement, MovedEntry, Rule, RuleText, entry, undecided, unknown_message
from acctgate.rules.support.order import higher_is_stricter, lower_is_stricter, ordered
from acctgate.text import plural
from acctgate.times import MAX_CLOCK_SKEW

STATUS: Final = f"{SECTION}.ReportStatus"
CREATED: Final = f"{SECTION}.ReportCreateTimestamp"
_A_PACK: Final = Words("a pack", "某个合规包")
_NO_TIME: Final = Words("ReportCreateTimestamp of {} is not a valid time", "{}的 ReportCreateTimestamp 不是有效时间")
_FUTURE: Final = Words("the report of {} is from the future", "{}的报告生成时间在未来")
_SHOWN: Final = ("CompliancePackId", "ReportStatus", "ReportCreateTimestamp")


@entry
class Parameters(MovedEntry, total=False):
    """The parameters of compliance-report."""

    max_age_days: Required[Annotated[int, Ge(1), Le(3650)]]
    """The highest age allowed, in days since ReportCreateTimestamp, at least 1."""


class ComplianceReport(Rule[Parameters]):
    """Judges each pack."""

    def judgements(self, account: Snapshot, want: Parameters, now: datetime) -> Sequence[Judgement]:
        """Return one judgement per pack, and one more if the section could not be read completely."""
        reports = account.read((SECTION,))
        if isinstance(reports, Unknown):
            return [undecided(reports)]
        judged = [_judge(account, (SECTION, index), want, now) for index in range(len(reports))]
        if error := account.errors.get(SECTION):
            judged.append(undecided(Unknown(explain(error, "GetCompliancePackReport"))))
        judged += [undecided(Unknown(explain(error, pack))) for pack, error in account.unlisted_errors(SECTION).items()]
        return judged or [Judgement("skipped", Bilingual("the account has no compliance pack", "账号没有合规包"), [])]


def _judge(account: Snapshot, path: Path, want: Parameters, now: datetime) -> Judgement:
    report = account.raw(path)
    actual = {key: report[key] for key in _SHOWN if key in report} if isinstance(report, dict) else report
    pack = account.read((*path, "CompliancePackId"))
    name = _A_PACK if isinstance(pack, Unknown) else Words(pack, f"合规包 {pack} ")
    outcome, message = _verdict(account, path, name, want, now)
    return Judgement(outcome, message, actual, f"{SECTION}[{path[-1]}].ReportStatus")


def _verdict(account: Snapshot, path: Path, name: Words, want: Parameters, now: datetime) -> Any:
    status = account.read((*path, "ReportStatus"))
    if isinstance(status, Unknown):
        error = account.errors.get(f"{SECTION}.{name.en}")
        return "unknown", unknown_message(explain(error, name.en) if error else status.reason)
    if status != "COMPLETE":
        return "fail", Bilingual(f"the report of {name.en} is {status}", f"{name.zh}的报告状态为 {status}")
    created = account.read((*path, "ReportCreateTimestamp"))
    if isinstance(created, Unknown):
        return "unknown", unknown_message(created.reason)
    try:
        age = now - datetime.fromtimestamp(created / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return "unknown", unknown_message(fill(_NO_TIME, Bilingual(*name)))
    if age < -MAX_CLOCK_SKEW:
        return "unknown", unknown_message(fill(_FUTURE, Bilingual(*name)))
    limit = timedelta(days=want["max_age_days"])
    old = _age_text(age, limit)
    message = Bilingual(f"the report of {name.en} is {old.en} old", f"{name.zh}的报告已生成{old.zh}")
    return "pass" if age <= limit else "fail", message


def _age_text(age: timedelta, limit: timedelta) -> Words:
    """Return the age in whole days: `1 day`, `1,983 days`, `more than 7 days` just past a limit of 7."""
    days = max(age.days, 0)
    text = plural(days, "day")
    if days == limit.days and age > limit:
        return Words(f"more than {text}", f"超过 {days:,} 天")
    return Words(text, f" {days:,} 天")


RULE = ComplianceReport(
    id="compliance-report",
    title="Recent compliance pack reports",
    doc=__doc__,
    severity="low",
    setting=STATUS,
    moved_by_resources=COMPLIANCE_PACKS,
    parameters=Parameters,
    orders={STATUS: ordered("NONE", "CREATING", "COMPLETE"), CREATED: higher_is_stricter},
    parameter_orders={"max_age_days": lower_is_stricter},  # no ratchet: a report ages, so today's age blocks tomorrow
    expected=lambda want: f"COMPLETE, at most {plural(want['max_age_days'], 'day')} old",
    remediation="Generate a new report with GenerateCompliancePackReport or in the Cloud Config console "
    "(Compliance Package, Report).",
    translations={
        "zh": RuleText(
            title="合规包报告的时效",
            doc="账号的合规包评估报告完整而且及时。\n\n"
            "配置审计按合规包评估账号，评估报告需要主动生成。GetCompliancePackReport 只说明报告是否存在、生成于何时，"
            "不说明评估结论。没有合规包的账号无需判断；每个合规包单独判断。",
            remediation="通过 GenerateCompliancePackReport 或在配置审计控制台（合规包，报告）生成新报告。",
            parameters={
                "max_age_days": "报告最多可以有多少天，从 ReportCreateTimestamp 算起，不小于 1。",
            },
            expected=lambda want: f"COMPLETE，生成不超过 {want['max_age_days']} 天",
        )
    },
)
