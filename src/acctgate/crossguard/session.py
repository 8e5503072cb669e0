"""One run of the engine as the policy pack sees it.

The engine configures the pack, shows it the program's resources one by one, then the whole stack. A session is that
run: configured, declared, judged, reported. A new run gets a new session, so nothing of an earlier one remains.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from acctgate.crossguard import variables
from acctgate.crossguard.configuration import Configuration
from acctgate.crossguard.engine_command import EngineCommand, find_command
from acctgate.crossguard.gate import JudgedStack, Violation, findings, judge_change, judge_stack, sentence
from acctgate.crossguard.locate import locate, read_again, selection
from acctgate.crossguard.members import add_members, needs_members
from acctgate.crossguard.names import add_names
from acctgate.crossguard.other_resources import planned_others
from acctgate.crossguard.planned import Declared, planned
from acctgate.crossguard.positions import positions
from acctgate.crossguard.reader import BackgroundReader
from acctgate.crossguard.recorded import project_folder
from acctgate.crossguard.reports import renew_reports
from acctgate.crossguard.source_proof import proven
from acctgate.crossguard.source_types import SOURCES
from acctgate.crossguard.stack import StackResource, accounts, is_known
from acctgate.evaluate.baseline_file import read_baseline
from acctgate.evaluate.controls import Controls
from acctgate.fix.detect import detect_target
from acctgate.frameworks.framework import load_framework
from acctgate.model.other_change import Planned
from acctgate.model.report import AccountReport
from acctgate.plan import PlannedChange
from acctgate.plan.comments import program_comments
from acctgate.policy import Policy
from acctgate.policy.identity import judged_by
from acctgate.policy.inline_waivers import Comment, inline_waivers
from acctgate.policy.policy import Waiver
from acctgate.rules import Rule


class Phase(IntEnum):
    """How far a session is. It only moves forward."""

    CONFIGURED = 1
    DECLARED = 2
    """The engine has shown at least one resource."""
    JUDGED = 3
    REPORTED = 4
    """The report is written and the violations are shown: the session is over."""


class SessionError(RuntimeError):
    """The engine sent requests in an order that a session does not allow."""


class PreviewSession:
    """One run: resources in, violations and a report out."""

    def __init__(
        self, configuration: Configuration, reader: BackgroundReader | None = None, command: EngineCommand | None = None
    ) -> None:
        """Begin a run, `configured`.

        Args:
            configuration: What the run judges by.
            reader: Reads the recorded state and the account; by default as configured.
            command: The engine's command line; by default that of this process's ancestors.
        """
        self._command = command or find_command()
        self.configuration = configuration
        self.phase = Phase.CONFIGURED
        policy = configuration.policy
        controls = requested_controls(policy, datetime.now(UTC))
        sections = policy.sections | (controls.sections if controls else frozenset())
        self._reader = reader or BackgroundReader(
            configuration.account, sections, policy.names_to_read, policy.max_report_age
        )
        self._declared: dict[str, Declared] = {}
        self._others: dict[str, Declared] = {}
        self._source_accounts: set[str] = set()
        self._has_sources = False
        self._genuine: set[str] = set()
        self._has_foreign_code = False
        self._sources: dict[str, StackResource] = {}
        self._changes_judged: dict[tuple[str, str | None], AccountReport] = {}
        self._reported: set[tuple[str, str | None]] = set()
        self._judged = JudgedStack()
        self._comments: dict[str, tuple[Comment, ...]] = {}

    @cached_property
    def _folder(self) -> Path:
        """The folder of the program."""
        return project_folder() or Path.cwd()

    @property
    def policy(self) -> Policy:
        """The policy, with Pulumi's configuration applied."""
        return self.configuration.policy

    def declare(self, resource: Declared) -> None:
        """Record a planned SecurityPreference, and start to read its recorded state."""
        self._move(Phase.DECLARED)
        self._declared[resource.urn] = resource
        self._changes_judged.clear()
        self._start_reading()

    def declare_dynamic(self, urn: str, *, genuine: bool) -> None:
        """Record a dynamic resource. With one that is not acctgate's, no data source proves anything.

        One process serves all of them, and code of the program that runs there can change what acctgate's reads.

        Args:
            urn: The resource.
            genuine: Whether it has a provider of this package.
        """
        if genuine:
            self._genuine.add(urn)
        else:
            self._has_foreign_code = True

    def declare_source(self, source: StackResource) -> None:
        """Record a data source. Its inputs are what it has read; its outputs may be older ones."""
        self._move(Phase.DECLARED)
        source = self._proven(source)
        self._has_sources = True
        self._start_reading()
        self._sources[source.urn] = source
        account_id = source.properties.get("account_id")
        if is_known(account_id):
            self._source_accounts.add(account_id)
        if source.stale:
            self._reader.start_target(selection(source))
        elif self._reader.names is not None:
            self._reader.start_names(selection(source))

    def declare_other(self, resource: Declared | None = None) -> None:
        """Record any other resource. While there are no data sources, start to read the account early.

        Not if reading may have reports generated: data sources that come later may be for other accounts.

        Args:
            resource: A resource that can change what rules judge.
        """
        self._move(Phase.DECLARED)
        self._start_reading()  # it shows what is deleted
        if resource is not None:
            self._others[resource.urn] = resource
        if not self._has_sources and self._reader.max_report_age is None:
            self._reader.start_account(None)

    def resource_violations(self, rule: Rule[Any], urn: str, now: datetime) -> Iterator[Violation]:
        """Yield a rule's findings on what one resource itself sets or clears. The stack policy judges the rest."""
        declared = self._declared[urn]
        if not declared.inputs and self._command.touches(urn) is not True:
            return  # perhaps a create that the run leaves out: only the stack policy knows
        change = replace(self._planned(declared), deferred=False)
        if not any(map(change.changes, rule.planned_settings)):
            return
        found = list(findings(self._judge_change(change, None, now), rule.id))
        known = (*self.policy.all_waivers, *self._inline_waivers(change, "", now))
        waivers = [waiver for waiver in known if waiver.rule == rule.id]
        if found and any(waiver.account or waiver.group or waiver.inline for waiver in waivers):
            account = self._account_of(change)
            if account is None or any(waiver.group for waiver in waivers):
                return  # a waiver may cover it: only the stack policy knows the account and its groups
            found = list(findings(self._judge_change(change, account, now), rule.id))
        if any(
            rule.id in group.rules for group in self.policy.groups
        ):  # fails in each group that the account may be in
            found = [outcome for outcome in found if outcome.outcome == "fail" and outcome.binding]
        for outcome in found:
            self._reported.add((rule.id, urn))
            yield Violation(sentence(None, outcome), urn)

    def judge(self, resources: Sequence[StackResource], now: datetime) -> str:
        """Judge the accounts of the stack as they will be, and return the report (JSON, version 1)."""
        self._move(Phase.JUDGED)
        outputs = {each.urn: each.properties for each in resources} if _is_preview() else {}
        changes: list[Planned] = [self._planned(each, outputs.get(each.urn)) for each in self._declared.values()]
        changes += planned_others(self._others, self._reader.start_state().result(), self._command, outputs)
        sources = [self._proven(self._sources.get(each.urn, each)) for each in resources if each.type in SOURCES]
        stack = accounts(each for each in sources if not each.stale)
        add_names(stack, sources, self._reader)
        renew_reports(stack, sources, self._reader, now)
        read_again(sources, stack, self._reader)
        changes = locate(changes, sources, stack, self._reader)
        if needs_members(self.policy):
            add_members(stack, self._reader)
        path = os.environ.get(variables.BASELINE)
        earlier = read_baseline(path, self.policy, now) if path else None
        controls, target = requested_controls(self.policy, now), detect_target(self._folder)
        comments = program_comments(changes, self._folder)
        self._judged = judge_stack(stack, changes, self.policy, now, earlier, controls, target, comments)
        return self._judged.render(judged_by(self.policy, now, self.configuration.overrides(now.date())))

    def stack_violations(self, rule: Rule[Any], *, advisory: bool = False) -> Iterator[Violation]:
        """Yield a rule's findings on the accounts, except those that a resource policy has reported already.

        Args:
            rule: The rule.
            advisory: Whether to yield those of accounts for which the rule is advisory, if it blocks others.
        """
        if self.phase != Phase.JUDGED:
            raise SessionError(f"no violations of a session that is {self.phase.name.lower()}")
        binding = not advisory if self.configuration.declared.is_divided(rule.id) else None
        for account in self._judged.accounts:
            for violation in account.violations(rule, binding=binding):
                if (rule.id, violation.urn) not in self._reported:
                    yield violation

    def _start_reading(self) -> None:
        """Start to read what every stack needs."""
        self._reader.start_state()
        if needs_members(self.policy):
            self._reader.start_directory()

    def _proven(self, source: StackResource) -> StackResource:
        """Return a data source as far as it proves anything; see `proven`."""
        genuine = source.urn in self._genuine and not self._has_foreign_code
        endpoint = self.configuration.account.endpoint or os.environ.get("ACCTGATE_ENDPOINT")
        return source if source.stale else proven(source, genuine=genuine, endpoint=endpoint)

    def finish(self) -> None:
        """End the session: everything is reported."""
        self._move(Phase.REPORTED)

    def _move(self, phase: Phase) -> None:
        """Go on to a phase. Only declaring may happen more than once."""
        again = phase == self.phase == Phase.DECLARED
        reported_unjudged = phase == Phase.REPORTED and self.phase != Phase.JUDGED
        if (phase <= self.phase and not again) or reported_unjudged:
            raise SessionError(f"a session that is {self.phase.name.lower()} cannot be {phase.name.lower()}")
        self.phase = phase

    def _judge_change(self, change: PlannedChange, account: str | None, now: datetime) -> AccountReport:
        key = (change.address, account)
        if key not in self._changes_judged:  # each rule with a resource policy needs the same report
            inline = self._inline_waivers(change, account, now) if account else ()
            policy = replace(self.policy, waivers=(*self.policy.waivers, *inline))
            self._changes_judged[key] = judge_change(change, account, policy, now)
        return self._changes_judged[key]

    def _inline_waivers(self, change: PlannedChange, account: str, now: datetime) -> tuple[Waiver, ...]:
        """Return the waivers in comments at a resource that is deployed to this account."""
        if not self.policy.inline_waivers or change.place is None:
            return ()
        if change.address not in self._comments:  # each rule with a resource policy needs them
            self._comments[change.address] = program_comments([change], self._folder)
        comments = self._comments[change.address]
        return inline_waivers(comments, {change.address: [account]}, self.policy, now.astimezone(UTC).date())[0]

    def _planned(self, declared: Declared, outputs: Mapping[str, Any] | None = None) -> PlannedChange:
        state = self._reader.start_state().result()
        place = positions().get(declared.urn.rsplit("::", 1)[-1])
        # Outputs prove nothing of a stack whose state is not the one that will be deployed.
        shown = outputs if state is not None else None
        return replace(planned(declared, state, self._command, shown), place=place)

    def _account_of(self, change: PlannedChange) -> str | None:
        """Return the account that a change is deployed to; None if it is not certain."""
        if change.provider.account_id is not None:
            return change.provider.account_id
        if self._has_sources:
            return next(iter(self._source_accounts)) if len(self._source_accounts) == 1 else None
        found = {snapshot.account_id for snapshot in self._reader.start_account(change.provider).result()}
        return found.pop() if len(found) == 1 else None


def requested_controls(policy: Policy, now: datetime) -> Controls | None:
    """Return what judges the controls that `acctgate preview --framework` asks for, None without the option."""
    names = os.environ.get(variables.FRAMEWORKS, "").split()
    return Controls([load_framework(name) for name in names], policy, now) if names else None


def _is_preview() -> bool:
    """Return whether nothing is deployed in this run, according to the engine."""
    return os.environ.get("PULUMI_DRY_RUN") == "true"
