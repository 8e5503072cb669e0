"""Count the rules in an account's compliance packs, for compliance-rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.api_error import explain
from acctgate.model.config_rule_compliance import RISK_LEVELS, SECTION
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.redact import one_line
from acctgate.text import plural, show

_RESULTS: Final = ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA", "IGNORED")
RESULTS_OF: Final = "GetConfigRuleComplianceByPack"
"""The operation that returns the rules of a pack with their results."""
_DETAILS_OF: Final = "GetCompliancePack"
"""The operation that returns their risk levels."""
NOT_JUDGED: Final = {
    "INSUFFICIENT_DATA": Words("without data", "没有数据"),
    "NOT_APPLICABLE": Words("not applicable", "不适用"),
}
"""Results that are neither a pass nor a violation, in words."""
_A_PACK: Final = Bilingual("a pack", "某个合规包")
_OF: Final = Words("{}: {}", "{}：{}")
_CONTRADICTS: Final = Words(
    "{} has all of its rules, which contradicts its error: {}", "{} 的规则齐全，与其错误矛盾：{}"
)
_LISTS: Final = Words("{} lists {}, but {} is {}", "{} 列出了 {} 条规则，而 {} 为 {}")
_UNKNOWN_TYPE: Final = Words("unknown ComplianceType {}", "未知的 ComplianceType {}")
_WRONG_LEVEL: Final = Words("RiskLevel should be 1, 2 or 3, found {}", "RiskLevel 应为 1、2 或 3，实际为 {}")


@dataclass(slots=True)
class Tally:
    """What the packs say, over all of them."""

    today: date
    ignore: Sequence[Mapping[str, Any]]
    failing: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The non-compliant rules by ID or name."""
    unknown: list[str] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)
    expired: dict[str, str] = field(default_factory=dict)
    in_cloud: int = 0
    """How many rules Cloud Config ignores."""
    not_judged: dict[str, set[str]] = field(default_factory=dict)
    total: set[str] = field(default_factory=set)
    compliant_packs: int = 0
    """How many packs have no rules here because the account group says that the account complies with them."""

    def add(self, rule: Mapping[str, Any], kind: str, level: int | Unknown) -> None:
        """Count one rule of a pack."""
        key, name = _key(rule), rule_name(rule)
        self.total.add(key)
        if kind in NOT_JUDGED:
            self.not_judged.setdefault(kind, set()).add(key)
        if kind != "NON_COMPLIANT":
            return
        entries = [
            each for each in self.ignore if each["rule"] in (rule.get("ConfigRuleId"), rule.get("ConfigRuleName"))
        ]
        if any(date.fromisoformat(each["expires"]) >= self.today for each in entries):
            self.ignored[name] = None
            return
        if entries:
            self.expired[name] = max(each["expires"] for each in entries)
        if isinstance(level, Unknown):
            self.unknown.append(fill(Words("the risk level of {}: {}", "{} 的风险等级：{}"), name, level.reason))
        else:
            known = self.failing.setdefault(key, {**_identity(rule), "RiskLevel": level})
            known["RiskLevel"] = min(known["RiskLevel"], level)  # the higher risk of two packs

    def count(self, level: str) -> int:
        """Return how many rules of a risk level are non-compliant."""
        return sum(RISK_LEVELS[each["RiskLevel"]] == level for each in self.failing.values())


def add_pack(tally: Tally, account: Snapshot, path: Path) -> None:
    """Count the rules of one pack, and note what makes it unknown."""
    pack = account.read(path)
    if isinstance(pack, Unknown):
        tally.unknown.append(pack.reason)
        return
    if SECTION not in pack and "ComplianceType" in pack:  # a list of rules, without packs
        _add_rule(tally, account, path, None)
        return
    name = one_line(pack["CompliancePackId"]) if pack.get("CompliancePackId") else _A_PACK
    error = account.errors.get(f"{SECTION}.{pack.get('CompliancePackId')}")
    rules = account.read((*path, SECTION))
    if isinstance(rules, Unknown):
        reason = explain(error, RESULTS_OF) if error else rules.reason
        tally.unknown.append(fill(_OF, name, reason))
        return
    no_level = Unknown(fill(_OF, name, explain(error, _DETAILS_OF))) if error else None
    tally.compliant_packs += not rules and "AggregatorId" in pack and pack.get("ComplianceType") == "COMPLIANT"
    found = [_add_rule(tally, account, (*path, SECTION, index), no_level) for index in range(len(rules))]
    in_cloud = account.raw((*path, "IgnoredCount"))
    tally.in_cloud += in_cloud if type(in_cloud) is int and in_cloud > 0 else found.count("IGNORED")
    tally.unknown += _incomplete(account, path, name, found)
    if error and any(isinstance(rule, dict) and "RiskLevel" in rule for rule in rules):
        tally.unknown.append(fill(_CONTRADICTS, name, explain(error, _DETAILS_OF)))


def _add_rule(tally: Tally, account: Snapshot, path: Path, no_level: Unknown | None) -> str | None:
    """Count one rule. Return its result, None if that is unknown."""
    rule, kind = account.raw(path), account.read((*path, "ComplianceType"))
    if isinstance(kind, Unknown) or kind not in _RESULTS or not isinstance(rule, dict):
        reason = kind.reason if isinstance(kind, Unknown) else fill(_UNKNOWN_TYPE, show(kind))
        tally.unknown.append(fill(_OF, rule_name(rule), reason))
        return None
    level = account.read((*path, "RiskLevel"))
    if not isinstance(level, Unknown) and (type(level) is not int or level not in RISK_LEVELS):
        level = Unknown(fill(_WRONG_LEVEL, show(level)))
    tally.add(rule, kind, no_level if isinstance(level, Unknown) and no_level else level)
    return str(kind)


def _incomplete(account: Snapshot, path: Path, name: str, found: Sequence[str | None]) -> Iterator[str]:
    """Yield how the counts of a pack contradict its list of rules."""
    for key, listed in (("TotalCount", len(found)), ("NonCompliantCount", found.count("NON_COMPLIANT"))):
        count = account.read((*path, key))
        if isinstance(count, Unknown):
            if not count.absent:
                yield fill(_OF, name, count.reason)
        elif count > listed:
            rules = Bilingual(plural(listed, "rule"), f"{listed:,}")
            yield fill(_LISTS, name, rules, key, str(count))


def _identity(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: rule[key] for key in ("ConfigRuleId", "ConfigRuleName") if isinstance(rule.get(key), str)}


def _key(rule: Mapping[str, Any]) -> str:
    return str(rule.get("ConfigRuleId") or rule.get("ConfigRuleName") or id(rule))


def rule_name(rule: Any) -> str:
    """Return the name of a rule of Cloud Config for messages."""
    named = rule if isinstance(rule, dict) else {}
    name = named.get("ConfigRuleName") or named.get("ConfigRuleId")
    return one_line(name) if name else Bilingual("a rule without a name", "一条没有名称的规则")
