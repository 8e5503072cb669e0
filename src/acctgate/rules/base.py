"""The interface of a rule: everything that acctgate knows about one rule stands in one `Rule` object.

A rule is a file. Its docstring says why the setting matters, `Parameters` what a policy can ask for, `expected` puts
that into words, and `judge` decides: a pure function of the values that the rule reads. Every other field has a
default, so a minimal rule stays short.
"""

from acctgate.model.outcome import Level, Place, Severity, unknown_message
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.rules.support.entry import MovedEntry, RuleEntry, entry
from acctgate.rules.support.judgement import Judgement, LintHint, RuleText, decide, undecided
from acctgate.rules.support.order import Move, Order
from acctgate.rules.support.rule import Actuals, Ratchet, Rule
from acctgate.rules.support.setting_rule import SettingRule
from acctgate.rules.support.users_behind import Behind

__all__ = [
    "Actuals",
    "Behind",
    "Judgement",
    "Level",
    "LintHint",
    "Move",
    "MovedEntry",
    "Order",
    "Path",
    "Place",
    "Ratchet",
    "Rule",
    "RuleEntry",
    "RuleText",
    "SettingRule",
    "Severity",
    "Snapshot",
    "Unknown",
    "decide",
    "entry",
    "undecided",
    "unknown_message",
]
