"""The policies of the pack: for each rule one on the stack, and one on planned resources if they decide the rule."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import pulumi_policy.policy as sdk
from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import (
    Policy as PulumiPolicy,
)

from acctgate.crossguard import report_file
from acctgate.crossguard.configuration import ACCOUNT_POLICY, declared_entry, declared_level
from acctgate.crossguard.pack_process import PackProcess
from acctgate.crossguard.recorded_state import Recorded, project_folder
from acctgate.crossguard.remediate import is_repairable, remediated
from acctgate.crossguard.servicer import Servicer
from acctgate.frameworks import CIS
from acctgate.frameworks.framework import cis_controls, load_framework
from acctgate.model.outcome import Level
from acctgate.policy import PRESETS, Policy, PolicyError, load_policy, load_preset
from acctgate.policy.command_line import with_command_line
from acctgate.rules import Rule
from acctgate.rules.base import RuleEntry

_LEVELS: Final[dict[Level, EnforcementLevel]] = {
    "mandatory": EnforcementLevel.MANDATORY,
    "advisory": EnforcementLevel.ADVISORY,
    "disabled": EnforcementLevel.DISABLED,
    "remediate": EnforcementLevel.REMEDIATE,
}
_ACCOUNT_SCHEMA: Final = {
    "snapshot": {"type": "string", "description": "Snapshot file to judge instead of the live account"},
    "region": {"type": "string", "description": "ap-southeast-1 for an international account, else cn-shanghai"},
    "role_arn": {"type": "string", "description": "Role to assume, to read another account"},
    "endpoint": {"type": "string", "description": "HOST:PORT of a server on this machine that all calls go to"},
}


def policies(process: PackProcess) -> list[PulumiPolicy]:
    """Return the pack's policies. The two policies of a rule share their name and configuration."""
    known = process.policy.all_rules
    on_resources = [_resource_policy(rule, process) for rule in known if rule.by_resource or is_repairable(rule)]
    on_stack = [_stack_policy(rule, process) for rule in known]
    divided = [_stack_policy(rule, process, advisory=True) for rule in known if process.policy.is_divided(rule.id)]
    return [*on_resources, *on_stack, *divided, _account_policy()]


def _stack_policy(rule: Rule[Any], process: PackProcess, *, advisory: bool = False) -> StackValidationPolicy:
    """Return the policy for all accounts, or for those in whose group a rule is advisory, though it blocks others."""

    def validate(_: StackValidationArgs, report_violation: ReportViolation) -> None:
        for message, urn in process.session.stack_violations(rule, advisory=advisory):
            report_violation(message, urn)

    metadata = _metadata(rule, process.policy)
    if advisory:
        metadata |= {"name": f"{rule.id}-advisory", "enforcement_level": EnforcementLevel.ADVISORY}
    return StackValidationPolicy(validate=validate, **metadata)


def _resource_policy(rule: Rule[Any], process: PackProcess) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        for message, urn in process.session.resource_violations(rule, args.urn, datetime.now(UTC)):
            report_violation(message, urn)

    def remediate(args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        policy = process.session.policy
        if policy.is_grouped(rule.id):
            return None  # the resource does not show which group its account is in
        return remediated(rule, policy.rules[rule.id], args.resource_type, args.props)

    return ResourceValidationPolicy(
        validate=validate, remediate=cast(Any, remediate), **_metadata(rule, process.policy)
    )


def _account_policy() -> StackValidationPolicy:
    """Return a policy that judges nothing: its configuration selects the account that the pack reads."""
    return StackValidationPolicy(
        name=ACCOUNT_POLICY,
        description="Account to read if the stack has no data sources",
        validate=lambda args, report_violation: None,
        enforcement_level=EnforcementLevel.ADVISORY,
        config_schema=PolicyConfigSchema(properties=cast(Any, _ACCOUNT_SCHEMA)),
    )


def _metadata(rule: Rule[Any], policy: Policy) -> dict[str, Any]:
    return {
        "name": rule.id,
        "description": rule.title,
        "display_name": rule.title,
        "enforcement_level": _LEVELS[declared_level(policy, rule.id)],
        "config_schema": PolicyConfigSchema(properties=config_schema(rule, declared_entry(policy, rule.id))),
        "severity": Severity(policy.severities(rule)[0]),
        "framework": _framework(rule),
        "tags": ["alibaba-cloud", rule.setting.partition(".")[0]],
        "remediation_steps": rule.remediation,
    }


def _framework(rule: Rule[Any]) -> PolicyComplianceFramework | None:
    """Return the controls of the CIS benchmark that the rule covers; a policy can name one framework only."""
    cis, controls = load_framework(CIS), cis_controls(rule)
    if not controls:
        return None
    return PolicyComplianceFramework(name=cis.title.en, version=cis.version, reference=", ".join(controls))


def config_schema(rule: Rule[Any], entry: RuleEntry) -> dict[str, Any]:
    """Return the rule's parameters as JSON Schema, with the entry's values as defaults. None is required.

    They are described in a pack that is published. A run on a stack shows no descriptions, and to find them takes as
    long as loading the policy.
    """
    result: dict[str, Any] = {}
    schema = rule.plain_entry_schema if "PULUMI_STACK" in os.environ else rule.entry_schema
    for name, definition in schema["properties"].items():
        if name != "level":
            result[name] = {key: value for key, value in definition.items() if key != "title"}
            if name in entry:
                result[name]["default"] = cast(dict[str, Any], entry)[name]
    return result


def _policy(name: str) -> Policy:
    """Load the policy. Reports name its file relative to the project, so that they read the same everywhere."""
    if name in PRESETS:
        return load_preset(name)
    policy, path = load_policy(Path(name), datetime.now(UTC).date()), Path(name).resolve()
    project = project_folder()
    if project is None or not path.is_relative_to(project.resolve()):
        return policy
    return replace(policy, source=path.relative_to(project.resolve()).as_posix())


def run(policy_file: str, state: Future[Recorded | None] | None) -> None:
    """Serve the policies of this policy file, or preset, to the engine until the engine ends the process.

    Args:
        policy_file: The policy file, or a preset's name.
        state: The recorded state, if it is being read already.
    """
    try:
        report_file.remove()
        policy = with_command_line(_policy(policy_file), os.environ)
    except (PolicyError, report_file.ReportError) as error:
        sys.exit(f"acctgate: {error}")
    atexit.register(gc.freeze)  # skips the last garbage collection: the process ends anyway
    Servicer.process = PackProcess(policy, state)
    sdk._PolicyAnalyzerServicer = Servicer  # type: ignore[misc]
    PolicyPack("acctgate", policies=policies(Servicer.process))
