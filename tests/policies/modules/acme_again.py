"""Another rule of the same id."""

from dataclasses import replace

from acctgate.rules.base import RuleEntry
from acctgate.rules.root_mfa import RULE as _RULE

RULE = replace(_RULE, id="acme-no-passkeys", parameters=RuleEntry)
