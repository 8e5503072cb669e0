"""Find the alicloud plugin of the engine that runs the pack, and its version."""

from __future__ import annotations

import os
from typing import Final

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from acctgate.crossguard.running_engine import engine_process, environment_of, find_project, working_directory
from acctgate.demo.provider_schema import STAND_IN
from acctgate.plan.provider_plugin import (
    ATTACHED,
    ProviderPlugin,
    ask_plugin_on_path,
    attached_port,
    find_plugin_on_path,
    local_plugin,
    newest_plugin,
    plugin_of_version,
)

_TIMEOUT: Final = 10  # seconds


def find_plugin() -> ProviderPlugin:
    """Find the plugin of the engine that has started this process, and ask it for its version.

    The engine's PATH and this process's may differ: a language host prepends a virtual environment, and the engine
    sets the variables of a Pulumi environment after it has started.
    """
    engine = engine_process()
    found = [environment for environment in (os.environ, environment_of(engine)) if environment is not None]
    ports = {attached_port(environment) for environment in found}
    if ports != {None}:
        return ask_attached(ports.pop()) if len(ports) == 1 else ATTACHED
    project = find_project(working_directory(engine))
    if project and (local := local_plugin(project.settings, project.folder)).foreign:
        return local
    if (paths := {find_plugin_on_path(environment) for environment in found}) != {None}:
        return ask_plugin_on_path(paths)
    return next((newest for each in found if (newest := newest_plugin(each)) != ProviderPlugin()), ProviderPlugin())


def ask_attached(port: str | None) -> ProviderPlugin:
    """Ask the running plugin that the engine attaches to for its version."""
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = str(ResourceProviderStub(channel).GetPluginInfo(Empty(), timeout=_TIMEOUT).version)
    except grpc.RpcError:
        return ATTACHED
    return ProviderPlugin() if answer == STAND_IN else plugin_of_version(answer, ATTACHED.why)
