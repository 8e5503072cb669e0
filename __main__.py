"""Read an Alibaba Cloud account's security settings, so that the policy pack in policies/ can judge them.

Copy this file into a Pulumi program of your own. Configuration (`pulumi config set acctgate:region …`):
region, role_arn, endpoint. Credentials come from the default chain, never from the configuration.
"""

from typing import Any

import pulumi

from acctgate.crossguard import (
    CompliancePackReport,
    ConfigRuleCompliance,
    PasswordPolicy,
    SecurityPracticeReport,
    SecurityPreference,
)

config = pulumi.Config("acctgate")
where: dict[str, Any] = {name: config.get(name) for name in ("region", "role_arn", "endpoint")}

preference = SecurityPreference("security-preference", **where)
practice = SecurityPracticeReport("security-practice-report", **where)
passwords = PasswordPolicy("password-policy", **where)
packs = CompliancePackReport("compliance-pack-reports", **where)
config_rules = ConfigRuleCompliance("config-rule-compliance", **where)

pulumi.export("account", preference.account_id)
