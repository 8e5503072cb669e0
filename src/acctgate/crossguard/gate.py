"""What the pack wants, and what it has found: policy, stack and accounts in, violations and report out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from acctgate.crossguard.planned import Declared, planned
from acctgate.crossguard.positions import positions
from acctgate.crossguard.reader import AccountSettings, Background, read_all, start
from acctgate.crossguard.recorded import Recorded, export_state
from acctgate.crossguard.stack import StackResource, accounts
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Level, Outcome
from acctgate.model.preference_keys import BY_SETTING
from acctgate.model.report import AccountReport, Summary
from acctgate.model.snapshot import Snapshot
from acctgate.model.waiver import WaiverNotice
from acctgate.plan import PlannedChange, overlay
from acctgate.policy import Policy, entry_fault
from acctgate.redact import one_line
from acctgate.render import Frame
from acctgate.render.json import JsonRenderer
from acctgate.rules import Rule
from acctgate.rules.base import RuleEntry

ACCOUNT_POLICY: Final = "account"
"""The policy whose configuration says where the pack reads accounts."""
_STATE: Final = "state"


class Violation(NamedTuple):
    """What a rule has to say, and the resource that it is about."""

    message: str
    urn: str | None


@dataclass(slots=True)
class _Found:
    report: AccountReport
    snapshot: Snapshot
    urns: Mapping[str, str]
    """Section → the data source that read it."""


@dataclass(slots=True)
class Gate:
    """The gate of one pack process. A process may see a preview and then the update."""

    policy: Policy
    settings: AccountSettings = field(default_factory=AccountSettings)
    background: Background = field(default_factory=Background)
    declared: dict[str, Declared] = field(default_factory=dict)
    judged: dict[str, AccountReport] = field(default_factory=dict)
    """What is to be said of each declared resource by itself."""
    told: set[tuple[str, str]] = field(default_factory=set)
    """Rule and URN of what a resource policy has reported: the stack policy does not repeat it."""
    found: list[_Found] = field(default_factory=list)
    notices: tuple[WaiverNotice, ...] = ()
    """The waivers that want attention."""

    def configure(self, base: Policy, settings: Mapping[str, tuple[Level, Mapping[str, Any]]]) -> None:
        """Take over levels and parameters from Pulumi's configuration: it overrides the policy file."""
        rules, unusable = dict(base.rules), dict(base.unusable)
        for rule in base.all_rules:
            if rule.id not in settings:
                continue
            level, parameters = settings[rule.id]
            entry = cast(RuleEntry, {**base.rules[rule.id], **parameters, "level": level})
            if fault := entry_fault(rule, entry):
                unusable[rule.id] = f"the policy cannot be used: {one_line(fault)}"
            rules[rule.id] = entry
        self.policy = replace(base, rules=rules, unusable=unusable)
        _, account = settings.get(ACCOUNT_POLICY, ("advisory", {}))
        self.settings = AccountSettings(**{name: str(value) for name, value in account.items() if value})

    def declare(self, resource: Declared) -> None:
        """Note a SecurityPreference that the program declares, and start to ask for what is recorded of it."""
        self.declared[resource.urn] = resource
        self.judged.pop(resource.urn, None)
        self.background.start(_STATE, export_state)

    def read_early(self) -> None:
        """Start to read the account while the engine works: the stack seems to have no data sources."""
        start(self.background, self.settings, None)

    def resource_violations(self, rule: Rule[Any], urn: str, now: datetime) -> Iterator[Violation]:
        """What a rule has to say of what one resource itself sets or clears. The stack policy judges the rest."""
        change = self._planned(self.declared[urn])
        effects = change.effects()
        setting = BY_SETTING.get(rule.setting)
        touches = setting is not None and setting.api in effects and effects[setting.api].kind in ("sets", "unknown")
        if not touches and not (setting is None and change.dead is not None):
            return
        if urn not in self.judged:  # ten rules ask, one after the other
            (self.judged[urn],) = evaluate([overlay(Snapshot({"version": 1}), [change])], self.policy, now)
        for outcome in self.judged[urn].outcomes:
            if outcome.rule == rule.id and outcome.outcome in ("fail", "unknown"):
                self.told.add((rule.id, urn))
                yield Violation(sentence(None, outcome), urn)

    def judge(self, resources: Iterable[StackResource], now: datetime) -> None:
        """Judge the accounts of the stack as they will be."""
        changes = [self._planned(declared) for declared in self.declared.values()]
        stack = accounts(resources)
        if stack:
            snapshots = [account.snapshot for account in stack]
        else:
            snapshots = read_all(self.background, self.settings, {change.provider for change in changes})
        judged = evaluate(snapshots, self.policy, now, planned=changes)
        urns = [account.urns for account in stack] + [{}] * len(judged.accounts)
        self.found = [_Found(*each) for each in zip(judged, judged.accounts, urns, strict=False)]
        self.notices = judged.notices()
        self.declared.clear()
        self.judged.clear()
        self.background.forget()

    def report(self) -> str:
        """The whole report, passes included (JSON, version 1)."""
        render, summary = JsonRenderer(Frame()), Summary()
        summary.waivers = self.notices
        parts = [render.begin()]
        for found in self.found:
            summary.add(found.report)
            parts.append(render.account(found.report))
        return "".join([*parts, render.end(summary)])

    def stack_violations(self, rule: Rule[Any]) -> Iterator[Violation]:
        """What a rule has to say of the accounts, but for what a resource policy has said already."""
        for found in self.found:
            for outcome in found.report.outcomes:
                if outcome.rule == rule.id and outcome.outcome in ("fail", "unknown"):
                    urn = _about(outcome, found)
                    if (rule.id, urn) not in self.told:
                        yield Violation(sentence(found.report.account, outcome), urn)

    def _planned(self, declared: Declared) -> PlannedChange:
        state: Recorded | None = self.background.start(_STATE, export_state).result()
        place = positions().get(declared.urn.rsplit("::", 1)[-1])
        return replace(planned(declared, state), place=place)


def _about(outcome: Outcome, found: _Found) -> str | None:
    """The planned resource where it decides, else the data source that read the section."""
    for change in found.snapshot.planned or ():
        setting = BY_SETTING.get(outcome.setting)
        if setting is None and outcome.rule == "dead-setting" and change.dead is not None:
            return change.address
        if setting is not None and setting.path in found.snapshot.notes and setting.api in change.effects():
            return change.address
    return found.urns.get(outcome.setting.partition(".")[0].partition("[")[0])


def sentence(account: str | None, outcome: Outcome) -> str:
    """An outcome for the engine's output: one line."""
    name = f"account {one_line(account)}: " if account else ""
    return f"{name}{one_line(outcome.message)}; expected {one_line(outcome.expected)}. {outcome.remediation}"
