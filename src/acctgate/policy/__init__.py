"""The policy file: thresholds, levels, presets, waivers, and rules of one's own."""

from acctgate.policy.chain import PRESETS, Chain, read_chain
from acctgate.policy.load import entry_fault, load_policy, load_preset, policy_of
from acctgate.policy.policy import Policy, Waiver
from acctgate.policy.source import PolicyError

__all__ = [
    "PRESETS",
    "Chain",
    "Policy",
    "PolicyError",
    "Waiver",
    "entry_fault",
    "load_policy",
    "load_preset",
    "policy_of",
    "read_chain",
]
