"""acctgate in Pulumi: data sources, policy pack, preview.

    from acctgate.crossguard import CompliancePackReport, SecurityPracticeReport, SecurityPreference

The data sources are imported on first use: a preview waits for the import, and the policy pack does not need them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from acctgate.installation import PULUMI

if TYPE_CHECKING:
    from acctgate.crossguard.components import AccountPosture, OrganizationPosture
    from acctgate.crossguard.data_sources import (
        AccessKeyPolicy,
        Account,
        CompliancePackReport,
        ConfigRuleCompliance,
        PasswordPolicy,
        SecurityPracticeReport,
        SecurityPreference,
        UserSsoSettings,
    )

__all__ = [
    "AccessKeyPolicy",
    "Account",
    "AccountPosture",
    "CompliancePackReport",
    "ConfigRuleCompliance",
    "OrganizationPosture",
    "PasswordPolicy",
    "SecurityPracticeReport",
    "SecurityPreference",
    "UserSsoSettings",
]

_COMPONENTS = ("AccountPosture", "OrganizationPosture")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    PULUMI.require(f"acctgate.crossguard.{name}")
    module = "components" if name in _COMPONENTS else "data_sources"
    return getattr(import_module(f"acctgate.crossguard.{module}"), name)
