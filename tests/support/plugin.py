"""A plugin for the engine that runs in the test's own process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2 as proto
from pulumi.runtime.proto import provider_pb2_grpc

from acctgate.demo.provider import StandIn


class AnyResource(StandIn):
    """Takes every resource, records its inputs, and calls nobody."""

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Check(self, request: Any, context: Any) -> Any:
        return proto.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        some = request.news != request.old_inputs
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_SOME if some else proto.DiffResponse.DIFF_NONE)

    def Create(self, request: Any, context: Any) -> Any:
        return proto.CreateResponse(id="" if request.preview else "id", properties=request.properties)

    def Update(self, request: Any, context: Any) -> Any:
        return proto.UpdateResponse(properties=request.news)


@contextmanager
def serve(plugin: StandIn) -> Iterator[str]:
    """Serve an alicloud plugin. Yields the value of PULUMI_DEBUG_PROVIDERS with which the engine finds it."""
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(plugin, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"alicloud:{port}"
    finally:
        server.stop(None).wait()
