"""The rules of a compliance pack: their results, joined with their risk levels. Of one account or an account group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from acctgate.model.api_error import ApiError, explain
from acctgate.model.config_rule_compliance import RISK_LEVELS, SECTION, with_risk_levels
from acctgate.redact import without_secrets
from acctgate.sources.call_error import CallError, expect, unexpected
from acctgate.sources.operations import (
    AGGREGATE_PACK_DETAILS,
    AGGREGATE_RULE_COMPLIANCE,
    PACK_DETAILS,
    RULE_COMPLIANCE,
    Call,
    Operation,
)
from acctgate.text import plural


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule of Cloud Config in a compliance pack, with its result."""

    id: str
    name: str
    result: str
    """ComplianceType, such as NON_COMPLIANT."""
    risk: str
    """high, medium, low or unknown."""
    ignored: bool
    """Whether its results are ignored in Cloud Config (IgnoreEvaluationResults)."""


@dataclass(frozen=True, slots=True)
class PackRules:
    """The rules of a compliance pack, and what is not known of them."""

    rules: tuple[RuleResult, ...]
    doubts: tuple[str, ...]
    """Why the rules or their risk levels are incomplete, one line each."""


def read_rules(call: Call, pack: str, aggregator_id: str | None = None) -> PackRules:
    """Return the rules of a pack, the most severe first; see `read_rule_compliance`.

    Raises:
        CallError: The results cannot be read, or are not a list of rules.
    """
    operation = AGGREGATE_RULE_COMPLIANCE if aggregator_id else RULE_COMPLIANCE
    section, error = read_rule_compliance(call, pack, aggregator_id)
    listed = expect(operation, section, SECTION, list)
    found = sorted((_rule(operation, rule) for rule in listed), key=lambda rule: (_rank(rule), rule.name, rule.id))
    doubts = [] if error is None else [f"the risk levels are unknown: {explain(error, operation.name)}"]
    total, ignored = section.get("TotalCount"), section.get("IgnoredCount")
    if type(total) is int and total != len(found):
        doubts.append(f"{len(found):,} of {plural(total, 'rule')} listed")
    marked = sum(rule.ignored for rule in found)
    if type(ignored) is int and ignored != marked:
        doubts.append(f"{plural(ignored, 'rule')} ignored in Cloud Config, but {marked:,} marked as such")
    return PackRules(tuple(found), tuple(doubts))


def _rule(operation: Operation, rule: Any) -> RuleResult:
    result = expect(operation, rule, "ComplianceType", str)
    name = rule.get("ConfigRuleName")
    return RuleResult(
        expect(operation, rule, "ConfigRuleId", str),
        name if isinstance(name, str) else "",
        result,
        _risk(rule),
        result == "IGNORED",
    )


def _risk(rule: Mapping[str, Any]) -> str:
    level = rule.get("RiskLevel")
    return RISK_LEVELS.get(level, "unknown") if type(level) is int else "unknown"


def _rank(rule: RuleResult) -> tuple[bool, int]:
    """Return the place of a rule: non-compliant ones first, then by risk; an unknown risk may be a high one."""
    return rule.result != "NON_COMPLIANT", ("unknown", "high", "medium", "low").index(rule.risk)


def read_rule_compliance(
    call: Call, pack: str, aggregator_id: str | None = None
) -> tuple[dict[str, Any], ApiError | None]:
    """Return the results of a pack's rules, and why their risk levels are unknown, if so.

    Args:
        call: Makes a call.
        pack: The ID of the compliance pack.
        aggregator_id: The account group's ID; None reads the caller's own account.

    Raises:
        CallError: The results cannot be read, for example because the pack was deleted.
    """
    query = {"CompliancePackId": pack}
    compliance, details_of = RULE_COMPLIANCE, PACK_DETAILS
    if aggregator_id:
        query["AggregatorId"] = aggregator_id
        compliance, details_of = AGGREGATE_RULE_COMPLIANCE, AGGREGATE_PACK_DETAILS
    results = _about(compliance, call(compliance, query), pack)
    try:
        details = _about(details_of, call(details_of, query), pack)
    except CallError as error:
        return with_risk_levels(results, None), {**error.error, "operation": details_of.name}
    return with_risk_levels(results, details), None


def _about(operation: Operation, answer: Any, pack: str) -> dict[str, Any]:
    """Return the section of an answer, without secrets.

    Raises:
        CallError: There is none, or it is about another pack.
    """
    section: dict[str, Any] = without_secrets(expect(operation, answer, operation.answer_key, dict))
    if section.get("CompliancePackId", pack) != pack:
        raise unexpected(operation, f"pack {pack} was requested, but the answer names {section['CompliancePackId']}")
    return {"CompliancePackId": pack, **section}
