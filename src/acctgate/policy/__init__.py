"""The policy file: thresholds, levels, presets, waivers, and the user's own rules."""

from acctgate.policy.chain import PRESETS
from acctgate.policy.load import load_merged, load_policy, load_preset
from acctgate.policy.policy import Policy
from acctgate.policy.source import PolicyError
from acctgate.policy.validate import entry_fault
from acctgate.policy.waiver import Waiver

__all__ = ["PRESETS", "Policy", "PolicyError", "Waiver", "entry_fault", "load_merged", "load_policy", "load_preset"]
