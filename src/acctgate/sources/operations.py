"""The API operations that acctgate calls, and the RAM action that each needs."""

from __future__ import annotations

from typing import Final, NamedTuple


class Operation(NamedTuple):
    """An operation of an API, and what it takes to call it."""

    name: str
    product: str
    version: str
    permission: str
    """The RAM action that the caller needs."""
    method: str = "POST"


ASSUME_ROLE: Final = Operation("AssumeRole", "sts", "2015-04-01", "sts:AssumeRole")
IDENTITY: Final = Operation("GetCallerIdentity", "sts", "2015-04-01", "sts:GetCallerIdentity")
PREFERENCE: Final = Operation("GetSecurityPreference", "ims", "2019-08-15", "ram:GetSecurityPreference")
PRACTICE: Final = Operation(
    "GetAccountSecurityPracticeReport", "ims", "2019-08-15", "ram:GetAccountSecurityPracticeReport"
)
PACKS: Final = Operation("ListCompliancePacks", "config", "2020-09-07", "config:ListCompliancePacks")
PACK_REPORT: Final = Operation(
    "GetCompliancePackReport", "config", "2020-09-07", "config:GetCompliancePackReport", "GET"
)
SET_PREFERENCE: Final = Operation("SetSecurityPreference", "ims", "2019-08-15", "ram:SetSecurityPreference")
GENERATE_PACK_REPORT: Final = Operation(
    "GenerateCompliancePackReport", "config", "2020-09-07", "config:GenerateCompliancePackReport"
)
AGGREGATE_PACKS: Final = Operation(
    "ListAggregateCompliancePacks", "config", "2020-09-07", "config:ListAggregateCompliancePacks"
)
AGGREGATE_PACK_REPORT: Final = Operation(
    "GetAggregateCompliancePackReport", "config", "2020-09-07", "config:GetAggregateCompliancePackReport", "GET"
)
GENERATE_AGGREGATE_PACK_REPORT: Final = Operation(
    "GenerateAggregateCompliancePackReport", "config", "2020-09-07", "config:GenerateAggregateCompliancePackReport"
)
