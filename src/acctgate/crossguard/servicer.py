"""The pack's gRPC service: it sees the engine's requests before Pulumi's SDK.

The SDK gives a policy its parameters, but neither its level nor the findings of other policies, and it decodes every
resource of the stack once for each policy. So the servicer keeps the configuration, judges the stack once, writes the
report, and leaves the policies to the SDK, which only reports the violations that the session has found.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from itertools import takewhile
from typing import Any, ClassVar, Final, TypeVar

import grpc
import pulumi_policy.policy as sdk
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.deserialize import deserialize_properties

from acctgate.crossguard import report_file
from acctgate.crossguard.configuration import PolicySettings
from acctgate.crossguard.engine_peer import is_engine
from acctgate.crossguard.pack_process import PackProcess
from acctgate.crossguard.planned_preference import Declared
from acctgate.crossguard.recorded_state import deployed_stack
from acctgate.crossguard.remediate import REPAIRABLE_TYPES
from acctgate.crossguard.source_proof import is_genuine
from acctgate.crossguard.source_types import BATCH_TYPE, COMPONENT_PREFIX, DYNAMIC_PREFIX, SOURCES
from acctgate.crossguard.stack_accounts import StackResource, whole_numbers
from acctgate.model.outcome import Level
from acctgate.plan.resource_types import OTHER_KINDS, PREFERENCE_TYPES, PROVIDER_TYPE, PULUMI_TYPES

Request = TypeVar("Request")
Answer = TypeVar("Answer")
_NO_CHANGES: Final = ("pulumi:", COMPONENT_PREFIX)
"""How the types of resources begin that change nothing in an account: the engine's own, and acctgate's components."""


def _for_engine(method: Callable[[Any, Request, grpc.ServicerContext], Answer]) -> Callable[..., Answer]:
    """Refuse a method's calls from other processes than the engine."""

    @wraps(method)
    def checked(self: Any, request: Request, context: grpc.ServicerContext) -> Answer:
        if not is_engine(context.peer()):
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "only the engine may call its policy pack")
        return method(self, request, context)

    return checked


class Servicer(sdk._PolicyAnalyzerServicer):
    """Serves the engine's requests. The SDK creates it, so the process is an attribute of the class."""

    process: ClassVar[PackProcess]

    @_for_engine
    def ConfigureStack(
        self, request: analyzer_pb2.AnalyzerStackConfigureRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """Take the stack from the engine, which calls this first.

        It decides over the environment: a language host lets variables of the user's shell hide those of the engine.
        """
        engine = {
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_PROJECT": request.project,
            "PULUMI_STACK": request.stack,
            "PULUMI_DRY_RUN": str(request.dry_run).lower(),
        }
        assumed = deployed_stack()
        os.environ.update({name: value for name, value in engine.items() if value})
        if deployed_stack() != assumed:
            self.process.drop_state()
        self.process.identify(_full_name(request))
        return analyzer_pb2.AnalyzerStackConfigureResponse()  # the SDK would only keep the stack's tags

    @_for_engine
    def GetAnalyzerInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> analyzer_pb2.AnalyzerInfo:
        """Describe each rule once: its two policies share a name, and `pulumi policy publish` needs unique ones."""
        info: analyzer_pb2.AnalyzerInfo = super().GetAnalyzerInfo(request, context)  # type: ignore[no-untyped-call]
        unique = {policy.name: policy for policy in info.policies}
        del info.policies[:]
        info.policies.extend(unique.values())
        return info

    @_for_engine
    def Configure(self, request: analyzer_pb2.ConfigureAnalyzerRequest, context: grpc.ServicerContext) -> Any:
        """Begin a session."""
        settings: dict[str, PolicySettings] = {}
        for name, config in request.policyConfig.items():
            level: Level = self._convert_enforcement_level(config.enforcementLevel).value
            settings[name] = PolicySettings(level, whole_numbers(json_format.MessageToDict(config.properties)))
        self.process.configure(settings)
        policy = self.process.session.policy
        for name in filter(policy.is_grouped, settings):  # the declared level is not one of the policy's
            strictest = EnforcementLevel(policy.strictest_level(name))
            request.policyConfig[name].enforcementLevel = self._map_enforcement_level(strictest)
        return super().Configure(request, context)  # type: ignore[no-untyped-call]

    @_for_engine
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
            session.declare_other(_declared(request) if request.type in OTHER_KINDS else None)
        return analyzer_pb2.AnalyzeResponse()

    @_for_engine
    def Remediate(
        self, request: analyzer_pb2.AnalyzeRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.RemediateResponse:
        """Repair a SecurityPreference or a password policy, and look at the provider of a data source.

        The engine shows the provider of a dynamic resource here and not in `Analyze`, which follows. The same holds for
        the options of a provider that select its plugin.
        """
        if request.type == PROVIDER_TYPE:
            self.process.session.declare_provider(request.urn, _plain(request.properties))
        if request.type.startswith(DYNAMIC_PREFIX):
            genuine = is_genuine(_plain(request.properties), request.type)
            self.process.session.declare_dynamic(request.urn, genuine=genuine)
        if request.type in REPAIRABLE_TYPES:
            response: analyzer_pb2.RemediateResponse = super().Remediate(  # type: ignore[no-untyped-call]
                request, context
            )
            return response
        return analyzer_pb2.RemediateResponse()

    @_for_engine
    def AnalyzeStack(
        self, request: analyzer_pb2.AnalyzeStackRequest, context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Judge the stack, write the report, and report the violations."""
        resources = [
            StackResource(resource.type, resource.urn, _plain(resource.properties))
            for resource in request.resources
            if resource.type in SOURCES or resource.type in PULUMI_TYPES
        ]
        session = self.process.session
        report_file.write(session.judge(resources, datetime.now(UTC)))
        # Without resources: the SDK would decode them once for each policy.
        response: analyzer_pb2.AnalyzeResponse = super().AnalyzeStack(  # type: ignore[no-untyped-call]
            analyzer_pb2.AnalyzeStackRequest(), context
        )
        session.finish()
        return response


def _full_name(request: analyzer_pb2.AnalyzerStackConfigureRequest) -> str | None:
    """Return the stack's full name, or as much of its end as is known; None if it has no name."""
    known = takewhile(bool, (request.stack, request.project, request.organization))
    return "/".join(reversed(list(known))) or None


def _declared(request: analyzer_pb2.AnalyzeRequest) -> Declared:
    provider = request.provider if request.HasField("provider") else None
    return Declared(
        urn=request.urn,
        inputs=whole_numbers(_plain(request.properties)),
        provider_urn=provider.urn if provider is not None else "",
        provider_inputs=_plain(provider.properties) if provider is not None else None,
        aliases=tuple(request.options.aliases),
        ignored=tuple(request.options.ignoreChanges),
        protected=request.options.protect,
    )


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    properties: dict[str, Any] = deserialize_properties(json_format.MessageToDict(struct))
    return properties
