"""A stand-in for the alicloud plugin, for the demo account only: real pulumi_alicloud resources work with it.

It knows one resource, the account's SecurityPreference, and does with it what the real provider does:
create sends only what is set, update sends what changed and always masks and duration, delete sends nothing,
and what is left out and computed is unknown in a preview. Started by the engine as `pulumi-resource-alicloud`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from threading import Event
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import ResourceProviderServicer, provider_pb2_grpc
from pulumi.runtime.proto import plugin_pb2 as plugin
from pulumi.runtime.proto import provider_pb2 as proto

from acctgate.model.preference_keys import PREFERENCE_KEYS, PREFERENCE_TYPE
from acctgate.redact import one_line
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError, expect
from acctgate.sources.caller import Caller
from acctgate.sources.operations import PREFERENCE, SET_PREFERENCE
from acctgate.sources.target import DEFAULT_REGION, Target

_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_ALWAYS_SENT: Final = ("loginNetworkMasks", "loginSessionDuration")
_NOT_COMPUTED: Final = ("loginNetworkMasks", "enforceMfaForLogin")
Properties = dict[str, Any]


class StandIn(ResourceProviderServicer):
    """The provider, as the engine calls it."""

    def __init__(self) -> None:
        self._role_arn: str | None = None

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin.PluginInfo(version="4.0.0")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        role = json_format.MessageToDict(request.args).get("assumeRole")
        role = json.loads(role) if isinstance(role, str) and role.startswith("{") else role
        if isinstance(role, dict):
            self._role_arn = role.get("roleArn")
        return proto.ConfigureResponse(acceptSecrets=False, supportsPreview=True, acceptResources=False)

    def Check(self, request: Any, context: Any) -> Any:
        if _type(request.urn) != PREFERENCE_TYPE:
            reason = f"the demo account's stand-in knows no {_type(request.urn)}; it needs the real alicloud plugin"
            return proto.CheckResponse(inputs=request.news, failures=[proto.CheckFailure(reason=reason)])
        return proto.CheckResponse(inputs=request.news)

    def Invoke(self, request: Any, context: Any) -> Any:
        reason = f"the demo account's stand-in knows no {request.tok}; it needs the real alicloud plugin"
        return proto.InvokeResponse(failures=[proto.CheckFailure(reason=reason)])

    def Diff(self, request: Any, context: Any) -> Any:
        changed = _changed(_plain(request.olds), _plain(request.news))
        kind = proto.DiffResponse.DIFF_SOME if changed else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=kind, diffs=changed)

    def Create(self, request: Any, context: Any) -> Any:
        news = _plain(request.properties)
        if request.preview:
            return proto.CreateResponse(properties=_struct(_previewed(news)))
        with grpc_errors(context):
            caller = self._caller()
            caller.call(SET_PREFERENCE, _flat(news))
            return proto.CreateResponse(id="security-preference", properties=_struct(_read(caller, news)))

    def Update(self, request: Any, context: Any) -> Any:
        olds, news = _plain(request.olds), _plain(request.news)
        if request.preview:
            return proto.UpdateResponse(properties=_struct({**olds, **_previewed_update(olds, news)}))
        with grpc_errors(context):
            caller = self._caller()
            sent = {name: news[name] for name in _changed(olds, news) if name in news}
            sent |= {name: value for name in _ALWAYS_SENT if (value := _current(name, olds, news)) is not None}
            caller.call(SET_PREFERENCE, _flat(sent))
            return proto.UpdateResponse(properties=_struct(_read(caller, news)))

    def Read(self, request: Any, context: Any) -> Any:
        with grpc_errors(context):
            state = _read(self._caller(), _plain(request.inputs))
            return proto.ReadResponse(id=request.id, properties=_struct(state), inputs=request.inputs)

    def Delete(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def _caller(self) -> Caller:
        endpoint = os.environ.get("ACCTGATE_ENDPOINT")
        if not endpoint:
            raise SourceError("the stand-in for alicloud serves the demo account only: ACCTGATE_ENDPOINT names it")
        return Caller(Target(DEFAULT_REGION, self._role_arn, endpoint))


@contextmanager
def grpc_errors(context: grpc.ServicerContext) -> Iterator[None]:
    """Report a failed call to the engine as an error of one line."""
    try:
        yield
    except (SourceError, CallError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, one_line(error))


def _changed(olds: Properties, news: Properties) -> list[str]:
    """What differs from the recorded state. Left out and computed keeps its value; left out masks go."""
    names = [key.pulumi for key in PREFERENCE_KEYS] + ["enforceMfaForLogin"]
    changed = [name for name in names if name in news and news[name] != olds.get(name)]
    return changed + [name for name in _NOT_COMPUTED if name not in news and olds.get(name)]


def _current(name: str, olds: Properties, news: Properties) -> Any:
    if name in news:
        return news[name]
    return None if name in _NOT_COMPUTED else olds.get(name)


def _previewed(news: Properties) -> Properties:
    """A new resource in a preview: what is left out and computed is not known yet."""
    computed = {key.pulumi: _UNKNOWN for key in PREFERENCE_KEYS if key.pulumi not in _NOT_COMPUTED}
    return {**computed, **news}


def _previewed_update(olds: Properties, news: Properties) -> Properties:
    return {**news, **{name: None for name in _NOT_COMPUTED if name not in news and name in olds}}


def _flat(properties: Properties) -> dict[str, str]:
    """The parameters of SetSecurityPreference. enforceMfaForLogin is not among them: it is never sent."""
    flat = {}
    for key in PREFERENCE_KEYS:
        value = properties.get(key.pulumi)
        if value is not None:
            flat[key.api] = value if isinstance(value, str) else json.dumps(value)
    return flat


def _read(caller: Caller, inputs: Properties) -> Properties:
    preference = expect(PREFERENCE, caller.call(PREFERENCE), "SecurityPreference", dict)
    values = {key.pulumi: preference.get(key.group, {}).get(key.api) for key in PREFERENCE_KEYS}
    dead = {name: inputs[name] for name in ("enforceMfaForLogin",) if name in inputs}
    return {**{name: value for name, value in values.items() if value is not None}, **dead}


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
    """A resource's type: the last of the chain that its URN names."""
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
