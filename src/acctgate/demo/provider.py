"""A stand-in for the alicloud plugin: real pulumi_alicloud resources work with it on the demo account.

It supports the account's SecurityPreference and its password policy, and treats them as the real provider of the same
version does (`sent`, `passwords`). The engine starts it as `pulumi-resource-alicloud`.
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

from acctgate.demo.passwords import STAND_INS
from acctgate.demo.sent import ENFORCE, NOT_COMPUTED, changed, created, updated
from acctgate.model.preference_keys import PREFERENCE_KEYS, PREFERENCE_TYPE
from acctgate.model.provider_eras import NEWEST, ProviderEra, parse_version, pulumi_eras
from acctgate.redact import one_line
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError, expect
from acctgate.sources.caller import Caller
from acctgate.sources.operations import IDENTITY, PREFERENCE, SET_PREFERENCE
from acctgate.sources.target import DEFAULT_REGION, Target

_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_OLDEST_ID: Final = "RamSecurityPreference"
_ABSENT: Final[dict[str, Any]] = {
    "allowUserToLoginWithPasskey": False,
    "maxIdleDaysForUsers": 0,
    "maxIdleDaysForAccessKeys": 0,
    "verificationTypes": [],
}
"""What the real provider records for settings that the API's response omits."""
Properties = dict[str, Any]


class StandIn(ResourceProviderServicer):
    """The provider, as the engine calls it."""

    def __init__(self) -> None:
        self._role_arn: str | None = None
        self._era: ProviderEra = NEWEST[0]

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin.PluginInfo(version="4.0.0")

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        arguments = json_format.MessageToDict(request.args)
        if version := parse_version(arguments.get("version")):
            [self._era] = pulumi_eras(version)
        role = arguments.get("assumeRole")
        role = json.loads(role) if isinstance(role, str) and role.startswith("{") else role
        if isinstance(role, dict):
            self._role_arn = role.get("roleArn")
        return proto.ConfigureResponse(acceptSecrets=False, supportsPreview=True, acceptResources=False)

    def Check(self, request: Any, context: Any) -> Any:
        if passwords := STAND_INS.get(_type(request.urn)):
            return proto.CheckResponse(inputs=_struct(passwords.checked(_plain(request.news))))
        if _type(request.urn) != PREFERENCE_TYPE:
            reason = f"the demo account's stand-in does not support {_type(request.urn)}; use the real alicloud plugin"
            return proto.CheckResponse(inputs=request.news, failures=[proto.CheckFailure(reason=reason)])
        return proto.CheckResponse(inputs=request.news)

    def Invoke(self, request: Any, context: Any) -> Any:
        reason = f"the demo account's stand-in does not support {request.tok}; use the real alicloud plugin"
        return proto.InvokeResponse(failures=[proto.CheckFailure(reason=reason)])

    def Diff(self, request: Any, context: Any) -> Any:
        olds, news = _recorded(request), _planned(request)
        passwords = STAND_INS.get(_type(request.urn))
        names = passwords.changed(olds, news) if passwords else changed(self._era_of(request), olds, news)
        kind = proto.DiffResponse.DIFF_SOME if names else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=kind, diffs=names)

    def Create(self, request: Any, context: Any) -> Any:
        news = _plain(request.properties)
        passwords = STAND_INS.get(_type(request.urn))
        if request.preview:
            shown = passwords.previewed({}, news) if passwords else _previewed(news)
            return proto.CreateResponse(properties=_struct(shown))
        with grpc_errors(context):
            if passwords:
                state = passwords.create(self._caller(), news)
                return proto.CreateResponse(id=state["id"], properties=_struct(state))
            caller, era = self._caller(), self._era_of(request)
            caller.call(SET_PREFERENCE, _flat(created(era, news)))
            id_ = _id(caller, era)
            return proto.CreateResponse(id=id_, properties=_struct({"id": id_, **_read(caller, news, era)}))

    def Update(self, request: Any, context: Any) -> Any:
        olds, news = _recorded(request), _planned(request)
        passwords = STAND_INS.get(_type(request.urn))
        if request.preview:
            shown = passwords.previewed(olds, news) if passwords else _previewed_update(olds, news)
            return proto.UpdateResponse(properties=_struct(shown))
        with grpc_errors(context):
            if passwords:
                state = passwords.update(self._caller(), request.id, olds, news)
                return proto.UpdateResponse(properties=_struct(state))
            caller, era = self._caller(), self._era_of(request)
            sent = updated(era, olds, news)
            if sent is not None:
                caller.call(SET_PREFERENCE, _flat(sent))
            return proto.UpdateResponse(properties=_struct({"id": request.id, **_read(caller, {**olds, **news}, era)}))

    def Read(self, request: Any, context: Any) -> Any:
        with grpc_errors(context):
            inputs = _plain(request.inputs)
            state = self._state(request)
            imported = not request.inputs.fields
            read = {name: value for name, value in state.items() if name in inputs or (imported and value)}
            read.pop("id", None)
            return proto.ReadResponse(id=request.id, properties=_struct(state), inputs=_struct(read))

    def _state(self, request: Any) -> Properties:
        if passwords := STAND_INS.get(_type(request.urn)):
            return passwords.read(self._caller(), request.id)
        return {"id": request.id, **_read(self._caller(), _plain(request.properties), self._era_of(request))}

    def Delete(self, request: Any, context: Any) -> Any:
        if passwords := STAND_INS.get(_type(request.urn)):
            with grpc_errors(context):
                passwords.delete(self._caller())
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def _era_of(self, request: Any) -> ProviderEra:
        """Return the era of the provider that a request is for."""
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


def _recorded(request: Any) -> Properties:
    return _plain(request.olds)


def _planned(request: Any) -> Properties:
    """Return the inputs. What the program ignores is as it is recorded."""
    olds, news = _plain(request.olds), _plain(request.news)
    names = {path.partition("[")[0] for path in request.ignoreChanges}
    return {**news, **{name: value for name, value in olds.items() if name in names or ("*" in names and name != "id")}}


def _previewed(news: Properties) -> Properties:
    """Return the state of a new resource in a preview, in which computed properties are unknown."""
    computed = {key.pulumi: _UNKNOWN for key in PREFERENCE_KEYS if key.pulumi not in NOT_COMPUTED}
    return {
        "id": _UNKNOWN,
        **computed,
        ENFORCE: _UNKNOWN,
        **{name: value for name, value in news.items() if value != ""},
    }


def _previewed_update(olds: Properties, news: Properties) -> Properties:
    computed = {name: value for name, value in olds.items() if name not in NOT_COMPUTED}
    return {**computed, **{name: value for name, value in news.items() if value != "" or name in NOT_COMPUTED}}


def _flat(properties: Properties) -> dict[str, str]:
    """Return the parameters of SetSecurityPreference."""
    flat = {"EnforceMFAForLogin": json.dumps(properties[ENFORCE])} if ENFORCE in properties else {}
    for key in PREFERENCE_KEYS:
        value = properties.get(key.pulumi)
        if value is not None:
            flat[key.api] = value if isinstance(value, str) else json.dumps(value)
    return flat


def _read(caller: Caller, inputs: Properties, era: ProviderEra) -> Properties:
    """Return what the provider records after it has read the account."""
    preference = expect(PREFERENCE, caller.call(PREFERENCE), "SecurityPreference", dict)
    values = {key.pulumi: preference.get(key.group, {}).get(key.api) for key in PREFERENCE_KEYS}
    read = {name: _ABSENT.get(name) if value is None else value for name, value in values.items()}
    # A provider that reads the older MFA switch records false if the answer does not have it.
    login = preference.get("LoginProfilePreference", {})
    enforce = login.get("EnforceMFAForLogin", False) if era.sends_enforce_mfa else inputs.get(ENFORCE, False)
    return {**{name: value for name, value in read.items() if value is not None}, ENFORCE: enforce}


def _id(caller: Caller, era: ProviderEra) -> str:
    return expect(IDENTITY, caller.call(IDENTITY), "AccountId", str) if era.id_is_account else _OLDEST_ID


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
