"""The policy file: thresholds, levels, presets and waivers."""

from acctgate.policy.load import PRESETS, entry_fault, load_policy, load_preset
from acctgate.policy.model import Policy, Waiver
from acctgate.policy.source import PolicyError

__all__ = ["PRESETS", "Policy", "PolicyError", "Waiver", "entry_fault", "load_policy", "load_preset"]
