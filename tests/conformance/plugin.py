"""The alicloud plugin for many accounts in one process."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2 as proto

from acctgate.demo.provider import StandIn
from acctgate.model.provider_eras import NEWEST, ProviderEra, parse_version, pulumi_eras
from acctgate.sources.caller import Caller
from acctgate.sources.target import Target
from tests.conformance.cases import HELPER, Case, account_id
from tests.conformance.program import version_of

_case: ContextVar[int] = ContextVar("case")


class Plugin(StandIn):
    """One plugin process for the providers of all cases: a resource's name says whose account it belongs to.

    The engine would start a process for each provider, which takes most of the time.
    """

    def __init__(self, given: Sequence[Case]) -> None:
        super().__init__()
        self._given = given
        self.second = False
        """Whether it serves the second deploy. A case may upgrade its provider between the two."""

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def DiffConfig(self, request: Any, context: Any) -> Any:
        index = request.urn.rpartition("::provider")[2]
        if request.news == request.old_inputs or not index.isdigit():
            return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)
        replaces = ["region"] if self._given[int(index)].provider == "replaced" else []
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_SOME, replaces=replaces, diffs=["region"])

    def Diff(self, request: Any, context: Any) -> Any:
        return self._of(request, lambda: super(Plugin, self).Diff(request, context))

    def Create(self, request: Any, context: Any) -> Any:
        return self._of(request, lambda: super(Plugin, self).Create(request, context))

    def Update(self, request: Any, context: Any) -> Any:
        return self._of(request, lambda: super(Plugin, self).Update(request, context))

    def Read(self, request: Any, context: Any) -> Any:
        return self._of(request, lambda: super(Plugin, self).Read(request, context))

    def _of(self, request: Any, call: Callable[[], Any]) -> Any:
        token = _case.set(int(request.urn.rpartition("::preference")[2].partition(".")[0]))
        try:
            return call()
        finally:
            _case.reset(token)

    def _era_of(self, request: Any) -> ProviderEra:
        index = _case.get()
        version = version_of(self._given[index], second=self.second) if index < len(self._given) else None
        return pulumi_eras(parse_version(version) or NEWEST[0].pulumi)[0]

    def _caller(self) -> Caller:
        index = _case.get()
        role = f"acs:ram::{account_id(index) if index < len(self._given) else HELPER}:role/deploy"
        return Caller(Target("cn-shanghai", role, os.environ["ACCTGATE_ENDPOINT"]))
