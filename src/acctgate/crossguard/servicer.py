"""The pack's gRPC service: it sees the engine's requests before Pulumi's SDK.

The SDK gives a policy its parameters, but neither its level nor the findings of other policies, and it decodes every
resource of the stack once for each policy. So the servicer keeps the configuration, judges the stack once, writes the
report, and leaves the policies to the SDK, which only reports the violations that the session has found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import grpc
import pulumi_policy.policy as sdk
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.deserialize import deserialize_properties

from acctgate.crossguard import report_file
from acctgate.crossguard.configuration import Configuration, PolicySettings, configure
from acctgate.crossguard.planned import Declared
from acctgate.crossguard.remediate import REPAIRABLE_TYPES
from acctgate.crossguard.session import Phase, PreviewSession
from acctgate.crossguard.source_proof import is_genuine
from acctgate.crossguard.source_types import BATCH_TYPE, COMPONENT_PREFIX, DYNAMIC_PREFIX, SOURCES
from acctgate.crossguard.stack import StackResource, whole_numbers
from acctgate.model.outcome import Level
from acctgate.model.resource_types import OTHER_TYPES
from acctgate.plan.pulumi import PREFERENCE_TYPES, WANTED_TYPES
from acctgate.policy import Policy

_NO_CHANGES: Final = ("pulumi:", COMPONENT_PREFIX)
"""How the types of resources begin that change nothing in an account: the engine's own, and acctgate's components."""


class PackProcess:
    """The state of the pack's process across runs: the policy file's policy, and the session of the current run."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._session = PreviewSession(Configuration(policy))

    def configure(self, settings: Mapping[str, PolicySettings]) -> None:
        """Begin a session with Pulumi's configuration."""
        self._session = PreviewSession(configure(self.policy, settings))

    @property
    def session(self) -> PreviewSession:
        """The session of the current run. An update may follow the preview without a new configuration."""
        if self._session.phase == Phase.REPORTED:
            self._session = PreviewSession(self._session.configuration)
        return self._session


class Servicer(sdk._PolicyAnalyzerServicer):
    """Serves the engine's requests. The SDK creates it, so the process is an attribute of the class."""

    process: ClassVar[PackProcess]

    def Configure(self, request: analyzer_pb2.ConfigureAnalyzerRequest, context: grpc.ServicerContext) -> Any:
        """Begin a session."""
        settings: dict[str, PolicySettings] = {}
        for name, config in request.policyConfig.items():
            level: Level = self._convert_enforcement_level(config.enforcementLevel).value
            settings[name] = PolicySettings(level, whole_numbers(json_format.MessageToDict(config.properties)))
        self.process.configure(settings)
        policy = self.process.session.policy
        for name in filter(policy.is_grouped, settings):  # the level that was declared is none of the policy's
            strictest = EnforcementLevel(policy.strictest_level(name))
            request.policyConfig[name].enforcementLevel = self._map_enforcement_level(strictest)
        return super().Configure(request, context)  # type: ignore[no-untyped-call]

    def Analyze(
        self, request: analyzer_pb2.AnalyzeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Record a resource in the session. Only a SecurityPreference has resource policies."""
        session = self.process.session
        if request.type in PREFERENCE_TYPES:
            session.declare(_declared(request))
            response: analyzer_pb2.AnalyzeResponse = super().Analyze(request, context)  # type: ignore[no-untyped-call]
            return response
        if request.type in SOURCES:
            session.declare_source(StackResource(request.type, request.urn, _plain(request.properties)))
        elif not request.type.startswith(_NO_CHANGES) and request.type != BATCH_TYPE:
            session.declare_other(_declared(request) if request.type in OTHER_TYPES else None)
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(
        self, request: analyzer_pb2.AnalyzeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.RemediateResponse:
        """Repair a SecurityPreference or a password policy, and look at the provider of a data source.

        The engine shows the provider of a dynamic resource here and not in `Analyze`, which follows.
        """
        if request.type.startswith(DYNAMIC_PREFIX):
            genuine = is_genuine(_plain(request.properties), request.type)
            self.process.session.declare_dynamic(request.urn, genuine=genuine)
        if request.type in REPAIRABLE_TYPES:
            response: analyzer_pb2.RemediateResponse = super().Remediate(  # type: ignore[no-untyped-call]
                request, context
            )
            return response
        return analyzer_pb2.RemediateResponse()

    def AnalyzeStack(
        self, request: analyzer_pb2.AnalyzeStackRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge the stack, write the report, and report the violations."""
        resources = [
            StackResource(resource.type, resource.urn, _plain(resource.properties))
            for resource in request.resources
            if resource.type in SOURCES or resource.type in WANTED_TYPES
        ]
        session = self.process.session
        report_file.write(session.judge(resources, datetime.now(UTC)))
        # Without resources: the SDK would decode them once for each policy.
        response: analyzer_pb2.AnalyzeResponse = super().AnalyzeStack(  # type: ignore[no-untyped-call]
            analyzer_pb2.AnalyzeStackRequest(), context
        )
        session.finish()
        return response


def _declared(request: analyzer_pb2.AnalyzeRequest) -> Declared:
    provider = request.provider if request.HasField("provider") else None
    return Declared(
        urn=request.urn,
        inputs=whole_numbers(_plain(request.properties)),
        provider_urn=provider.urn if provider is not None else "",
        provider_inputs=_plain(provider.properties) if provider is not None else None,
        aliased=bool(request.options.aliases),
        ignored=tuple(request.options.ignoreChanges),
    )


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    properties: dict[str, Any] = deserialize_properties(json_format.MessageToDict(struct))
    return properties
