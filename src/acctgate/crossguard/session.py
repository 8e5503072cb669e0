"""One run of the engine as the policy pack sees it.

The engine configures the pack, shows it the program's resources one by one, then the whole stack. A session is that
run: configured, declared, judged, reported. A new run gets a new session, so nothing of an earlier one remains.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from acctgate.crossguard import variables
from acctgate.crossguard.account_details import add_members, add_names, needs_members, renew_reports
from acctgate.crossguard.background_reader import BackgroundReader
from acctgate.crossguard.configuration import Configuration
from acctgate.crossguard.engine_command import EngineCommand
from acctgate.crossguard.hidden_options import may_have_hidden_options
from acctgate.crossguard.judged_stack import JudgedStack, Violation, sentence
from acctgate.crossguard.locate import locate, read_again, selection
from acctgate.crossguard.planned_others import planned_others
from acctgate.crossguard.planned_preference import Declared, Properties, planned
from acctgate.crossguard.positions import positions
from acctgate.crossguard.recorded_state import Recorded, part_of, project_folder
from acctgate.crossguard.resource_judge import ResourceJudge
from acctgate.crossguard.running_engine import find_command
from acctgate.crossguard.source_proof import DeclaredSources
from acctgate.crossguard.stack_accounts import StackResource, accounts
from acctgate.evaluate.baseline_file import read_baseline
from acctgate.evaluate.controls import Controls
from acctgate.evaluate.pipeline import evaluate
from acctgate.fix.detect import detect_target
from acctgate.fix.for_plan import with_repairs
from acctgate.frameworks.framework import load_framework
from acctgate.model.other_change import Planned
from acctgate.model.outcome import Place
from acctgate.model.planned_change import PlannedChange
from acctgate.model.planned_resource import resource_name
from acctgate.model.preference_keys import PREFERENCE_TYPE
from acctgate.plan.comments import program_comments
from acctgate.plan.program_files import ProgramFiles
from acctgate.plan.program_lines import ProgramLines
from acctgate.plan.pulumi_provider import PLUGIN_OPTIONS
from acctgate.plan.resource_types import resource_type
from acctgate.policy import Policy
from acctgate.policy.identity import judged_by
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
        self,
        configuration: Configuration,
        reader: BackgroundReader | None = None,
        command: EngineCommand | None = None,
        state: Future[Recorded | None] | None = None,
    ) -> None:
        """Begin a run, `configured`.

        Args:
            configuration: What the run judges by.
            reader: Reads the recorded state and the account; by default as configured.
            command: The engine's command line; by default that of this process's ancestors.
            state: The recorded state, if it is being read already.
        """
        self._command = command or find_command()
        self.configuration = configuration
        self.phase = Phase.CONFIGURED
        policy = configuration.policy
        now = datetime.now(UTC)
        controls = requested_controls(policy, now)
        extras = policy.extras(now, controls.sections if controls else frozenset())
        self._reader = reader or BackgroundReader(configuration.account, extras)
        if state is not None:
            self._reader.use_state(state)
        self._declared: dict[str, Declared] = {}
        self._others: dict[str, Declared] = {}
        self._providers: dict[str, Properties] = {}
        self._endpoint = configuration.account.endpoint or os.environ.get("ACCTGATE_ENDPOINT") or None
        self._sources = DeclaredSources(self._endpoint)
        self._reported: set[tuple[str, str | None]] = set()
        self._judged = JudgedStack()

    @cached_property
    def _folder(self) -> Path:
        """The folder of the program."""
        return project_folder() or Path.cwd()

    @cached_property
    def _resources(self) -> ResourceJudge:
        return ResourceJudge(self.policy, self._folder)

    @cached_property
    def _program(self) -> ProgramFiles:
        return ProgramFiles(self._folder)

    @cached_property
    def _lines(self) -> ProgramLines:
        return ProgramLines(self._program)

    @property
    def policy(self) -> Policy:
        """The policy, with Pulumi's configuration applied."""
        return self.configuration.policy

    def declare(self, resource: Declared) -> None:
        """Record a planned SecurityPreference, and start to read its recorded state."""
        self._move(Phase.DECLARED)
        self._declared[resource.urn] = resource
        self._resources.forget()
        self._reader.start_plugin()
        self._start_reading()

    def declare_provider(self, urn: str, inputs: Properties) -> None:
        """Record a provider's inputs, with the options that select its plugin, which the engine shows nowhere else."""
        self._providers[urn] = inputs

    def declare_dynamic(self, urn: str, *, genuine: bool) -> None:
        """Record a dynamic resource; see `DeclaredSources`."""
        self._sources.declare_dynamic(urn, genuine=genuine)

    def declare_source(self, source: StackResource) -> None:
        """Record a data source. Its inputs are what it has read; its outputs may be older ones."""
        self._move(Phase.DECLARED)
        source = self._sources.declare(source)
        self._start_reading()
        if source.stale:
            self._reader.start_target(selection(source))
        elif self._reader.extras.names is not None:
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
        if not self._sources and self._reader.extras.renewal is None:
            self._reader.start_account(None)

    def resource_violations(self, rule: Rule[Any], urn: str, now: datetime) -> Iterator[Violation]:
        """Yield a rule's findings on what one resource itself sets or clears. The stack policy judges the rest."""
        declared = self._declared[urn]
        if not declared.inputs and self._command.touches(urn) is not True:
            return  # perhaps a create that the run leaves out: only the stack policy knows
        change = replace(self._planned(declared), deferred=False)
        for outcome in self._resources.findings(rule, change, self._account_of, now):
            self._reported.add((rule.id, urn))
            yield Violation(sentence(None, outcome), urn)

    def judge(self, resources: Sequence[StackResource], now: datetime) -> str:
        """Judge the accounts of the stack as they will be, and return the report (JSON, version 1)."""
        self._move(Phase.JUDGED)
        outputs = {each.urn: each.properties for each in resources} if _is_preview() else {}
        sources = self._sources.proven(resources)
        stack = accounts((each for each in sources if not each.stale), self._endpoint)
        add_names(stack, sources, self._reader)
        renew_reports(stack, sources, self._reader)
        read_again(sources, stack, self._reader)
        changes = locate(self._changes(outputs), sources, stack, self._reader)
        if needs_members(self.policy):
            add_members(stack, self._reader)
        path = os.environ.get(variables.BASELINE)
        earlier = read_baseline(path, self.policy, now) if path else None
        evaluation = evaluate(
            [account.snapshot for account in stack],
            self.policy,
            now,
            planned=changes,
            earlier=earlier,
            controls=requested_controls(self.policy, now),
            comments=program_comments(changes, self._folder),
        )
        reports = with_repairs(evaluation, evaluation.accounts, self.policy, now, detect_target(self._folder))
        self._judged = JudgedStack.of(reports, evaluation, stack)
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

    def _changes(self, outputs: Mapping[str, Mapping[str, Any]]) -> list[Planned]:
        """Return what the deploy does, by the previewed outputs of the resources."""
        state = self._reader.start_state().result()
        changes: list[Planned] = [self._planned(each, outputs.get(each.urn)) for each in self._declared.values()]
        declared = {urn: self._completed(each, state) for urn, each in self._others.items()}
        for each in planned_others(declared, state, self._command, outputs):  # what is deleted has no line
            other = self._reader.start_plugin().result().applied_to(each)
            changes.append(replace(other, place=self._place(other.address)) if other.address in declared else other)
        return changes

    def _planned(self, declared: Declared, outputs: Mapping[str, Any] | None = None) -> PlannedChange:
        state = self._reader.start_state().result()
        # Outputs prove nothing of a stack whose state is not the one that will be deployed.
        shown = outputs if state is not None else None
        change = planned(self._completed(declared, state), state, self._command, shown)
        return replace(self._reader.start_plugin().result().applied_to(change), place=self._place(declared.urn))

    @cached_property
    def _hidden_options(self) -> bool:
        return project_folder() is None or may_have_hidden_options(self._program.whole_text())

    def _completed(self, declared: Declared, state: Recorded | None) -> Declared:
        """Return a resource with the options of its provider, and with what the program's text says of its own.

        The provider's are as shown, or as recorded if the run leaves the provider out.
        """
        urn = declared.provider_urn
        shown = self._providers[urn] if urn in self._providers else part_of((state or {}).get(urn), "inputs")
        options = {PLUGIN_OPTIONS: shown.get(PLUGIN_OPTIONS)}
        inputs = {**(declared.provider_inputs or {}), **options}
        return replace(declared, provider_inputs=inputs, hidden_options=self._hidden_options)

    def _place(self, urn: str) -> Place | None:
        """Return the line of the program that declares a resource, None if it is not certain.

        Components may each have a resource of one name: the program's line need not be that of an installed one's.
        """
        end = f"{resource_type(urn)}::{resource_name(urn)}"
        if any(other.endswith(end) and other != urn for other in (*self._declared, *self._others)):
            return None
        recorded = positions() if resource_type(urn) == PREFERENCE_TYPE else None
        return self._lines.find(urn) if recorded is None else recorded.get(resource_name(urn))

    def _account_of(self, change: PlannedChange) -> str | None:
        """Return the account that a change is deployed to; None if it is not certain."""
        if change.provider.account_id is not None:
            return change.provider.account_id
        if self._sources:
            return self._sources.only_account()
        found = {snapshot.account_id for snapshot in self._reader.start_account(change.provider).result()}
        return found.pop() if len(found) == 1 else None


def requested_controls(policy: Policy, now: datetime) -> Controls | None:
    """Return what judges the controls that `acctgate preview --framework` asks for, None without the option."""
    names = os.environ.get(variables.FRAMEWORKS, "").split()
    return Controls([load_framework(name) for name in names], policy, now) if names else None


def _is_preview() -> bool:
    """Return whether nothing is deployed in this run, according to the engine."""
    return os.environ.get("PULUMI_DRY_RUN") == "true"
