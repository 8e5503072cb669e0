"""GetConfigRuleComplianceByPack joined with GetCompliancePack (Config 2020-09-07): the rules of a compliance pack.

The first answer says which rules the account complies with, the second how grave each rule is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from annotated_types import Ge, Le
from typing_extensions import TypedDict

from acctgate.model.fields import Count, answer

SECTION: Final = "ConfigRuleCompliances"
RISK_LEVELS: Final = {1: "high", 2: "medium", 3: "low"}
"""The values of RiskLevel."""


@answer
class ConfigRuleCompliance(TypedDict, total=False):
    """One rule of Cloud Config in a compliance pack."""

    ConfigRuleId: str
    """The ID of the rule."""
    ConfigRuleName: str
    """The name of the rule."""
    ComplianceType: Literal["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA", "IGNORED"]
    """The result over all resources. IGNORED: its results are ignored in Cloud Config (IgnoreEvaluationResults)."""
    RiskLevel: Annotated[int, Ge(1), Le(3)]
    """1 (high), 2 (medium) or 3 (low), from GetCompliancePack."""


@answer
class PackCompliance(TypedDict, total=False):
    """The rules of one compliance pack (GetConfigRuleComplianceByPack, ConfigRuleComplianceResult)."""

    CompliancePackId: str
    """The ID of the compliance pack."""
    TotalCount: Count
    """The number of rules in the pack."""
    CompliantCount: Count
    """The number of compliant rules."""
    NonCompliantCount: Count
    """The number of non-compliant rules."""
    IgnoredCount: Count
    """The number of rules whose results are ignored in Cloud Config (IgnoreEvaluationResults)."""
    InsufficientDataCount: Count
    """The number of rules without data."""
    NotApplicableCount: Count
    """The number of rules that apply to no resource."""
    ConfigRuleCompliances: list[ConfigRuleCompliance]
    """The rules."""


@answer
class CompliancePackRule(TypedDict, total=False):
    """One rule in the details of a compliance pack, as far as acctgate reads it."""

    ConfigRuleId: str
    RiskLevel: int


@answer
class CompliancePackDetails(TypedDict, total=False):
    """The details of a compliance pack (GetCompliancePack, CompliancePack), as far as acctgate reads them."""

    CompliancePackId: str
    AccountId: int
    ConfigRules: list[CompliancePackRule]


def with_risk_levels(compliance: Mapping[str, Any], pack: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the rules of a pack, each with its risk level where that is known.

    Args:
        compliance: GetConfigRuleComplianceByPack's ConfigRuleComplianceResult.
        pack: GetCompliancePack's CompliancePack, None if it was not read.
    """
    levels = _levels(pack.get("ConfigRules") if pack else None)
    listed = compliance.get(SECTION)
    if not isinstance(listed, list):
        return dict(compliance)
    return {**compliance, SECTION: [_with_level(rule, levels) for rule in listed]}


def _levels(rules: Any) -> dict[str, Any]:
    """Return the risk levels by rule, without those of a rule that is listed with several."""
    found: dict[str, list[Any]] = {}
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict) and isinstance(rule.get("ConfigRuleId"), str) and "RiskLevel" in rule:
            found.setdefault(rule["ConfigRuleId"], []).append(rule["RiskLevel"])
    return {name: levels[0] for name, levels in found.items() if all(level == levels[0] for level in levels)}


def _with_level(rule: Any, levels: Mapping[Any, Any]) -> Any:
    name = rule.get("ConfigRuleId") if isinstance(rule, dict) else None
    if not isinstance(name, str) or "RiskLevel" in rule or name not in levels:
        return rule
    return {**rule, "RiskLevel": levels[name]}


def count_results(packs: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many rules of these packs have each result, by ComplianceType."""
    listed = (pack.get(SECTION) for pack in packs)
    rules = [rule for each in listed if isinstance(each, list) for rule in each if isinstance(rule, dict)]
    kinds = [kind for rule in rules if isinstance(kind := rule.get("ComplianceType"), str)]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
