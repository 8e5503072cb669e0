"""The rules of a compliance pack: their results, joined with their risk levels. Of one account or an account group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acctgate.model.config_rule_compliance import with_risk_levels
from acctgate.model.snapshot_document import ApiError
from acctgate.redact import without_secrets
from acctgate.sources.call_error import CallError, expect, unexpected
from acctgate.sources.operations import (
    AGGREGATE_PACK_DETAILS,
    AGGREGATE_RULE_COMPLIANCE,
    PACK_DETAILS,
    RULE_COMPLIANCE,
    Operation,
)


def read_rule_compliance(
    call: Callable[[Operation, dict[str, str]], Any], pack: str, aggregator_id: str | None = None
) -> tuple[dict[str, Any], ApiError | None]:
    """Return the results of a pack's rules, and why their risk levels are unknown, if so.

    Args:
        call: Makes one call and returns its JSON. It raises `CallError`.
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
        return with_risk_levels(results, None), error.error
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
