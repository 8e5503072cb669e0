"""The policy pack: for each rule a CrossGuard policy on the stack, and one on planned resources where they decide.

The SDK hands a policy its parameters, but neither its level nor what the other policies have found, and it
decodes every resource of the stack once for each policy. So `_Servicer` looks at the requests first: it
notes what `--policy-pack-config` says, judges the stack once, writes the report, and leaves it to the SDK to
ask the policies, which only tell what has been found.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
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
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import (
    Policy as PulumiPolicy,
)
from pulumi_policy.deserialize import deserialize_properties

from acctgate import log
from acctgate.crossguard.gate import ACCOUNT_POLICY, Gate
from acctgate.crossguard.planned import Declared
from acctgate.crossguard.remediate import remediated
from acctgate.crossguard.source_types import TYPES
from acctgate.crossguard.stack import StackResource, whole_numbers
from acctgate.model.outcome import Level
from acctgate.model.preference_keys import PREFERENCE_TYPE
from acctgate.policy import PRESETS, Policy, PolicyError, load_policy, load_preset
from acctgate.rules import Rule
from acctgate.rules.base import RuleEntry
from acctgate.rules.parameters import parameter_schema

REPORT_VARIABLE: Final = "ACCTGATE_REPORT"
"""Names the file that the whole report is written to."""
POLICY_VARIABLE: Final = "ACCTGATE_POLICY"
"""Names a policy file, or a preset, that takes the place of the pack's own."""
DEBUG_VARIABLE: Final = "ACCTGATE_DEBUG"
"""Set: tracebacks of what is told in one line go to standard error."""
_LEVELS: Final[dict[Level, EnforcementLevel]] = {
    "mandatory": EnforcementLevel.MANDATORY,
    "advisory": EnforcementLevel.ADVISORY,
    "disabled": EnforcementLevel.DISABLED,
    "remediate": EnforcementLevel.REMEDIATE,
}
_ACCOUNT_SCHEMA: Final = {
    "snapshot": {"type": "string", "description": "A snapshot file to judge instead of the live account."},
    "region": {"type": "string", "description": "ap-southeast-1 for an international account, else cn-shanghai."},
    "role_arn": {"type": "string", "description": "A role to assume, to read another account."},
    "endpoint": {"type": "string", "description": "HOST:PORT of a server on this machine that all calls go to."},
}


def policies(gate: Gate) -> list[PulumiPolicy]:
    """The pack's policies. A rule's two policies have one name, and one configuration."""
    known = gate.policy.all_rules
    on_resources = [_resource_policy(rule, gate) for rule in known if rule.by_resource]
    return [*on_resources, *(_stack_policy(rule, gate) for rule in known), _account_policy()]


def _stack_policy(rule: Rule[Any], gate: Gate) -> StackValidationPolicy:
    def validate(_: StackValidationArgs, report_violation: ReportViolation) -> None:
        for message, urn in gate.stack_violations(rule):
            report_violation(message, urn)

    return StackValidationPolicy(validate=validate, **_metadata(rule, gate.policy.rules[rule.id]))


def _resource_policy(rule: Rule[Any], gate: Gate) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        for message, urn in gate.resource_violations(rule, args.urn, datetime.now(UTC)):
            report_violation(message, urn)

    def remediate(args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        return remediated(rule, gate.policy.rules[rule.id], args.props)

    return ResourceValidationPolicy(
        validate=validate, remediate=cast(Any, remediate), **_metadata(rule, gate.policy.rules[rule.id])
    )


def _account_policy() -> StackValidationPolicy:
    """Carries configuration, and judges nothing: what cannot be read is unknown in the rules that need it."""
    return StackValidationPolicy(
        name=ACCOUNT_POLICY,
        description="Where accounts are read that no data source of the stack reads",
        validate=lambda args, report_violation: None,
        enforcement_level=EnforcementLevel.ADVISORY,
        config_schema=PolicyConfigSchema(properties=cast(Any, _ACCOUNT_SCHEMA)),
    )


def _metadata(rule: Rule[Any], entry: RuleEntry) -> dict[str, Any]:
    return {
        "name": rule.id,
        "description": rule.title,
        "display_name": rule.title,
        "enforcement_level": _LEVELS[entry["level"]],
        "config_schema": PolicyConfigSchema(properties=config_schema(rule, entry)),
        "severity": Severity(rule.severity),
        "framework": _framework(rule),
        "tags": ["alibaba-cloud", rule.setting.partition(".")[0]],
        "remediation_steps": rule.remediation,
    }


def _framework(rule: Rule[Any]) -> PolicyComplianceFramework | None:
    if not rule.cis:
        return None
    return PolicyComplianceFramework(
        name="CIS Alibaba Cloud Foundation Benchmark", version="2.0", reference=", ".join(rule.cis)
    )


def config_schema(rule: Rule[Any], entry: RuleEntry) -> dict[str, Any]:
    """The rule's parameters as JSON Schema. None is required: a default is what the policy file says."""
    result: dict[str, Any] = {}
    for name, definition in parameter_schema(rule)["properties"].items():
        if name != "level":
            result[name] = {key: value for key, value in definition.items() if key != "title"}
            if name in entry:
                result[name]["default"] = cast(dict[str, Any], entry)[name]
    return result


class _Servicer(sdk._PolicyAnalyzerServicer):
    """Looks at the engine's requests before the SDK does."""

    gate: Gate
    policy: Policy
    has_data_sources = False

    def Configure(self, request: Any, context: Any) -> Any:
        response = super().Configure(request, context)  # type: ignore[no-untyped-call]
        settings: dict[str, tuple[Level, Mapping[str, Any]]] = {}
        for name, config in request.policyConfig.items():
            level: Level = self._convert_enforcement_level(config.enforcementLevel).value
            settings[name] = (level, whole_numbers(json_format.MessageToDict(config.properties)))
        self.gate.configure(self.policy, settings)
        return response

    def Analyze(self, request: Any, context: Any) -> Any:
        if request.type == PREFERENCE_TYPE:
            self.gate.declare(_declared(request))
            return super().Analyze(request, context)  # type: ignore[no-untyped-call]
        self.has_data_sources |= request.type in TYPES
        if not self.has_data_sources and not request.type.startswith("pulumi:"):
            self.gate.read_early()
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(self, request: Any, context: Any) -> Any:
        if request.type == PREFERENCE_TYPE:
            return super().Remediate(request, context)  # type: ignore[no-untyped-call]
        return analyzer_pb2.RemediateResponse()

    def AnalyzeStack(self, request: Any, context: Any) -> Any:
        resources = [
            StackResource(resource.type, resource.urn, _plain(resource.properties))
            for resource in request.resources
            if resource.type in TYPES
        ]
        self.gate.judge(resources, datetime.now(UTC))
        if path := os.environ.get(REPORT_VARIABLE):
            _write(Path(path), self.gate.report())
        response = super().AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(), context)  # type: ignore[no-untyped-call]
        self.gate.told.clear()
        self.has_data_sources = False
        return response


def _declared(request: Any) -> Declared:
    provider = request.provider if request.HasField("provider") else None
    return Declared(
        urn=request.urn,
        inputs=whole_numbers(_plain(request.properties)),
        provider_urn=provider.urn if provider is not None else "",
        provider_inputs=_plain(provider.properties) if provider is not None else None,
        aliased=bool(request.options.aliases),
    )


def _plain(struct: Any) -> dict[str, Any]:
    properties: dict[str, Any] = deserialize_properties(json_format.MessageToDict(struct))
    return properties


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
    if os.environ.get(DEBUG_VARIABLE):
        log.show()
    try:
        policy = _policy(os.environ.get(POLICY_VARIABLE) or str(policy_file))
    except PolicyError as error:
        sys.stderr.write(f"acctgate: {error}\n")
        sys.exit(1)
    gate = Gate(policy)
    _Servicer.gate, _Servicer.policy = gate, policy
    sdk._PolicyAnalyzerServicer = _Servicer  # type: ignore[misc]
    PolicyPack("acctgate", policies=policies(gate))
