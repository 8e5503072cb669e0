"""The policy pack: one CrossGuard policy for each rule, judged at once, reported whole.

The SDK hands a policy its parameters, but neither its level nor what the other policies have found, and it
decodes every resource of the stack once for each policy. So `_Servicer` looks at the requests first: it
notes what `--policy-pack-config` says, judges the stack once, writes the report, and leaves it to the SDK to
ask the policies, which only tell what has been found.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import pulumi_policy.policy as sdk
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import deserialize_properties

from acctgate.crossguard.data_sources import TYPES
from acctgate.crossguard.stack import StackAccount, StackResource, accounts, whole_numbers
from acctgate.evaluate import evaluate
from acctgate.policy import PRESETS, Policy, PolicyError, entry_fault, load_policy, load_preset
from acctgate.redact import one_line
from acctgate.render.json import JsonRenderer
from acctgate.report import AccountReport, Level, Outcome, Summary
from acctgate.rules import RULES, Rule
from acctgate.rules.base import RuleEntry
from acctgate.snapshot import Snapshot
from acctgate.validators import parameter_schemas

REPORT_VARIABLE: Final = "ACCTGATE_REPORT"
"""Names the file that the whole report is written to."""
POLICY_VARIABLE: Final = "ACCTGATE_POLICY"
"""Names a policy file that takes the place of the pack's own."""
_LEVELS: Final[dict[Level, EnforcementLevel]] = {
    "mandatory": EnforcementLevel.MANDATORY,
    "advisory": EnforcementLevel.ADVISORY,
    "disabled": EnforcementLevel.DISABLED,
    "remediate": EnforcementLevel.REMEDIATE,
}


@dataclass(slots=True)
class Gate:
    """What the pack wants, and what it has found in the stack that is being deployed."""

    policy: Policy
    found: list[tuple[AccountReport, StackAccount]] = field(default_factory=list)

    def configure(self, settings: Mapping[str, tuple[Level, Mapping[str, Any]]]) -> None:
        """Take over levels and parameters from Pulumi's configuration: it overrides the policy file."""
        rules, unusable = dict(self.policy.rules), dict(self.policy.unusable)
        for rule in RULES:
            if rule.id not in settings:
                continue
            level, parameters = settings[rule.id]
            entry = cast(RuleEntry, {**self.policy.rules[rule.id], **parameters, "level": level})
            unusable.pop(rule.id, None)
            if fault := entry_fault(rule, entry):
                unusable[rule.id] = f"the policy cannot be used: {one_line(fault)}"
            rules[rule.id] = entry
        self.policy = replace(self.policy, rules=rules, unusable=unusable)

    def judge(self, resources: Iterable[StackResource], now: datetime) -> None:
        """Judge the accounts of the stack. A stack that reads no account proves nothing."""
        stack = accounts(resources) or [StackAccount(_nothing(), {})]
        reports = evaluate([account.snapshot for account in stack], self.policy, now)
        self.found = list(zip(reports, stack, strict=True))

    def report(self) -> str:
        """The whole report, passes included (JSON, version 1)."""
        render, summary = JsonRenderer(), Summary()
        parts = [render.begin()]
        for report, _ in self.found:
            summary.add(report)
            parts.append(render.account(report))
        return "".join([*parts, render.end(summary)])

    def violations(self, rule: Rule[Any]) -> Iterable[tuple[str, str | None]]:
        """What a rule has to say, and the resource that it is about."""
        for report, account in self.found:
            for outcome in report.outcomes:
                if outcome.rule == rule.id and outcome.outcome in ("fail", "unknown"):
                    section = outcome.setting.partition(".")[0].partition("[")[0]
                    yield _sentence(report, outcome), account.urns.get(section)


def _nothing() -> Snapshot:
    reason = "no data source in the stack reads an account (acctgate.crossguard.SecurityPreference, …)"
    return Snapshot({"version": 1}, unreadable=reason)


def _sentence(report: AccountReport, outcome: Outcome) -> str:
    account = f"account {one_line(report.account)}: " if report.account else ""
    return f"{account}{one_line(outcome.message)}; expected {one_line(outcome.expected)}. {outcome.remediation}"


def policies(gate: Gate) -> list[StackValidationPolicy]:
    """One stack policy for each rule, with its metadata."""
    return [_stack_policy(rule, gate) for rule in RULES]


def _stack_policy(rule: Rule[Any], gate: Gate) -> StackValidationPolicy:
    def validate(_: StackValidationArgs, report_violation: ReportViolation) -> None:
        for message, urn in gate.violations(rule):
            report_violation(message, urn)

    entry = gate.policy.rules[rule.id]
    return StackValidationPolicy(
        name=rule.id,
        description=rule.title,
        display_name=rule.title,
        validate=validate,
        enforcement_level=_LEVELS[entry["level"]],
        config_schema=PolicyConfigSchema(properties=config_schema(rule, entry)),
        severity=Severity(rule.severity),
        framework=_framework(rule),
        tags=["alibaba-cloud", rule.setting.partition(".")[0]],
        remediation_steps=rule.remediation,
    )


def _framework(rule: Rule[Any]) -> PolicyComplianceFramework | None:
    if not rule.cis:
        return None
    return PolicyComplianceFramework(
        name="CIS Alibaba Cloud Foundation Benchmark", version="2.0", reference=", ".join(rule.cis)
    )


def config_schema(rule: Rule[Any], entry: RuleEntry) -> dict[str, Any]:
    """The rule's parameters as JSON Schema. None is required: a default is what the policy file says."""
    result: dict[str, Any] = {}
    for name, definition in parameter_schemas()[rule.id]["properties"].items():
        if name != "level":
            result[name] = {key: value for key, value in definition.items() if key != "title"}
            if name in entry:
                result[name]["default"] = cast(dict[str, Any], entry)[name]
    return result


class _Servicer(sdk._PolicyAnalyzerServicer):
    """Looks at the engine's requests before the SDK does."""

    gate: Gate

    def Configure(self, request: Any, context: Any) -> Any:
        response = super().Configure(request, context)  # type: ignore[no-untyped-call]
        settings: dict[str, tuple[Level, Mapping[str, Any]]] = {}
        for name, config in request.policyConfig.items():
            level: Level = self._convert_enforcement_level(config.enforcementLevel).value
            settings[name] = (level, whole_numbers(json_format.MessageToDict(config.properties)))
        self.gate.configure(settings)
        return response

    def Analyze(self, request: Any, context: Any) -> Any:
        return analyzer_pb2.AnalyzeResponse()  # there are no resource policies; do not decode for nothing

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        resources = [
            StackResource(
                resource.type,
                resource.urn,
                deserialize_properties(json_format.MessageToDict(resource.properties)),
            )
            for resource in request.resources
            if resource.type in TYPES
        ]
        self.gate.judge(resources, datetime.now(UTC))
        if path := os.environ.get(REPORT_VARIABLE):
            _write(Path(path), self.gate.report())
        return super().AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(), context)  # type: ignore[no-untyped-call]


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a half-written report must not be read as one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


def _policy(name: str) -> Policy:
    return load_preset(name) if name in PRESETS else load_policy(Path(name))


def serve(policy_file: Path | str) -> None:
    """Serve the pack to the engine until it is done. Called by the pack's `__main__.py`.

    Args:
        policy_file: The policy that the pack enforces, or a preset's name. ACCTGATE_POLICY overrides it.
    """
    try:
        policy = _policy(os.environ.get(POLICY_VARIABLE) or str(policy_file))
    except PolicyError as error:
        sys.stderr.write(f"acctgate: {error}\n")
        sys.exit(1)
    gate = Gate(policy)
    _Servicer.gate = gate
    sdk._PolicyAnalyzerServicer = _Servicer  # type: ignore[misc]
    PolicyPack("acctgate", policies=list(policies(gate)))
