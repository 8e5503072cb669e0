"""Takes the name of one of acctgate's rules."""

from acctgate.rules.root_mfa import RULE

__all__ = ["RULE"]
