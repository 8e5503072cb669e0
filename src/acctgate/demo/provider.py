"""A stand-in for the alicloud plugin: real pulumi_alicloud resources work with it on the demo account.

It supports the account's SecurityPreference and its password policy, and treats them as the real provider of the same
version does (`preference`, `passwords`). The engine starts it as `pulumi-resource-alicloud`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from threading import Event
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import ResourceProviderServicer, provider_pb2_grpc
from pulumi.runtime.proto import plugin_pb2 as plugin
from pulumi.runtime.proto import provider_pb2 as proto

from acctgate.demo.passwords import STAND_INS, PasswordStandIn
from acctgate.demo.preference import PreferenceStandIn, Properties
from acctgate.demo.provider_schema import STAND_IN, schema
from acctgate.model.preference_keys import PREFERENCE_TYPE
from acctgate.model.provider_eras import NEWEST, ProviderEra, parse_version, pulumi_eras
from acctgate.redact import one_line
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.caller import Caller
from acctgate.sources.target import DEFAULT_REGION, Target


class StandIn(ResourceProviderServicer):
    """The provider, as the engine calls it."""

    def __init__(self) -> None:
        self._role_arn: str | None = None
        self._era: ProviderEra = NEWEST[0]

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin.PluginInfo(version=STAND_IN)

    def GetSchema(self, request: Any, context: Any) -> Any:
        return proto.GetSchemaResponse(schema=json.dumps(schema()))

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Compare the inputs. The engine keeps the old configuration of a provider that has no difference."""
        same = request.news == request.old_inputs
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE if same else proto.DiffResponse.DIFF_SOME)

    def Configure(self, request: Any, context: Any) -> Any:
        arguments = json_format.MessageToDict(request.args)
        if version := parse_version(arguments.get("version")):
            [self._era] = pulumi_eras(version)
        role = arguments.get("assumeRole")
        if isinstance(role, dict) and "value" in role:  # a secret, which the engine wraps
            role = role["value"]
        role = json.loads(role) if isinstance(role, str) and role.startswith("{") else role
        if isinstance(role, dict):
            self._role_arn = role.get("roleArn", role.get("role_arn"))
        return proto.ConfigureResponse(acceptSecrets=False, supportsPreview=True, acceptResources=False)

    def Check(self, request: Any, context: Any) -> Any:
        kind = _type(request.urn)
        if kind not in (PREFERENCE_TYPE, *STAND_INS):
            return proto.CheckResponse(inputs=request.news, failures=[_unsupported(kind)])
        inputs = _struct(STAND_INS[kind].defaults if kind in STAND_INS else {})
        inputs.MergeFrom(request.news)
        return proto.CheckResponse(inputs=inputs)

    def Invoke(self, request: Any, context: Any) -> Any:
        return proto.InvokeResponse(failures=[_unsupported(request.tok)])

    def Diff(self, request: Any, context: Any) -> Any:
        names = self._resource(request).changed(_plain(request.olds), _planned(request))
        kind = proto.DiffResponse.DIFF_SOME if names else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=kind, diffs=names)

    def Create(self, request: Any, context: Any) -> Any:
        resource, news = self._resource(request), _plain(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=_struct(resource.previewed({}, news)))
        with grpc_errors(context):
            state = resource.create(self._caller(), news)
            return proto.CreateResponse(id=state["id"], properties=_struct(state))

    def Update(self, request: Any, context: Any) -> Any:
        resource, olds, news = self._resource(request), _plain(request.olds), _planned(request)
        if request.preview:
            return proto.UpdateResponse(properties=_struct(resource.previewed(olds, news)))
        with grpc_errors(context):
            state = resource.update(self._caller(), request.id, olds, news)
            return proto.UpdateResponse(properties=_struct(state))

    def Read(self, request: Any, context: Any) -> Any:
        with grpc_errors(context):
            inputs = _plain(request.inputs)
            state = self._resource(request).read(self._caller(), request.id, _plain(request.properties))
            imported = not request.inputs.fields
            read = {name: value for name, value in state.items() if name in inputs or (imported and value)}
            read.pop("id", None)
            return proto.ReadResponse(id=request.id, properties=_struct(state), inputs=_struct(read))

    def Delete(self, request: Any, context: Any) -> Any:
        if passwords := STAND_INS.get(_type(request.urn)):
            with grpc_errors(context):
                passwords.delete(self._caller())
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def _resource(self, request: Any) -> PasswordStandIn | PreferenceStandIn:
        return STAND_INS.get(_type(request.urn)) or PreferenceStandIn(self._era_of(request))

    def _era_of(self, request: Any) -> ProviderEra:
        """Return the era of the provider that a request is for. A subclass may serve several."""
        return self._era

    def _caller(self) -> Caller:
        endpoint = os.environ.get("ACCTGATE_ENDPOINT")
        if not endpoint:
            raise SourceError("the stand-in for alicloud works only on the demo account; set ACCTGATE_ENDPOINT to it")
        return Caller(Target(DEFAULT_REGION, self._role_arn, endpoint))


@contextmanager
def grpc_errors(context: grpc.ServicerContext) -> Iterator[None]:
    """Report a failed call to the engine as an error of one line."""
    try:
        yield
    except (SourceError, CallError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, one_line(error))


def _unsupported(name: str) -> Any:
    reason = f"the demo account's stand-in does not support {name}; use the real alicloud plugin"
    return proto.CheckFailure(reason=reason)


def _planned(request: Any) -> Properties:
    """Return the inputs. What the program ignores by its name is as it is recorded; the engine alone takes `*`."""
    olds, news = _plain(request.olds), _plain(request.news)
    names = {path.partition("[")[0] for path in request.ignoreChanges}
    return {**news, **{name: value for name, value in olds.items() if name in names}}


def _plain(struct: Any) -> Properties:
    values = json_format.MessageToDict(struct)
    return {name: _whole(value) for name, value in values.items() if not name.startswith("__")}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _struct(properties: Properties) -> Any:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct


def _type(urn: str) -> str:
    """Return a resource's type, which is the last one in its URN."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def main() -> None:
    """Serve until the engine ends the process. The port goes to standard output, as plugins do."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    Event().wait()


if __name__ == "__main__":
    main()
