"""The policy file: thresholds, levels, presets and waivers."""

from acctgate.policy.load import PRESETS, complete_entry, load_policy, load_preset
from acctgate.policy.model import Policy, PolicyFile, Waiver
from acctgate.policy.source import PolicyError

__all__ = [
    "PRESETS",
    "Policy",
    "PolicyError",
    "PolicyFile",
    "Waiver",
    "complete_entry",
    "load_policy",
    "load_preset",
]
