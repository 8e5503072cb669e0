"""What an account group (aggregator) reports about all its accounts: which of them comply with which compliance packs.

One call for each pack replaces the calls for the pack's rules in each account that complies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from acctgate.model.account_id import is_account_id
from acctgate.model.config_rule_compliance import SECTION
from acctgate.sources.call_error import expect, unexpected
from acctgate.sources.compliance.packs import CompliancePacks
from acctgate.sources.operations import AGGREGATE_ACCOUNT_COMPLIANCE, Call
from acctgate.text import show

_OPERATION: Final = AGGREGATE_ACCOUNT_COMPLIANCE


@dataclass(frozen=True, slots=True)
class GroupCompliance:
    """The compliance packs that the accounts of a group comply with."""

    id: str
    """The account group's ID."""
    packs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Account → the packs that it complies with. Of any other pack, nothing is known."""

    def rules_of(self, account: str, pack: str) -> dict[str, Any] | None:
        """Return an item of ConfigRuleCompliances without rules for an account that complies with a pack, else None."""
        if pack not in self.packs.get(account, ()):
            return None
        compliant = {"AggregatorId": self.id, "ComplianceType": "COMPLIANT", "NonCompliantCount": 0}
        return {"CompliancePackId": pack, **compliant, SECTION: []}


def read_group_compliance(call: Call, aggregator_id: str) -> GroupCompliance:
    """Return which accounts of a group comply with its packs.

    Raises:
        CallError: A call failed, or an answer is incomplete.
    """
    found = defaultdict[str, set[str]](set)
    for pack in CompliancePacks(call, aggregator_id).list_packs():
        for account in _compliant(call, aggregator_id, pack.id):
            found[account].add(pack.id)
    return GroupCompliance(aggregator_id, {account: frozenset(packs) for account, packs in found.items()})


def _compliant(call: Call, aggregator_id: str, pack: str) -> list[str]:
    """Return the accounts that comply with a pack. One that is listed twice, with two results, does not."""
    answer = call(_OPERATION, {"AggregatorId": aggregator_id, "CompliancePackId": pack})
    result = expect(_OPERATION, answer, _OPERATION.answer_key, dict)
    if result.get("CompliancePackId", pack) != pack:
        raise unexpected(_OPERATION, f"{pack} was requested, but the answer names {show(result['CompliancePackId'])}")
    results = defaultdict[str, set[Any]](set)
    for each in expect(_OPERATION, result, "AccountCompliances", list):
        account = str(each.get("AccountId")) if isinstance(each, dict) else ""
        if not is_account_id(account):
            raise unexpected(_OPERATION, f"the AccountId {show(account)} names no account")
        results[account].add(each.get("ComplianceType"))
    return [account for account, kinds in results.items() if kinds == {"COMPLIANT"}]
