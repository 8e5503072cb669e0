"""Test that the SDK reaches an engine that listens on the port of one that has ended."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import EngineServicer, LogRequest
from pulumi.runtime.proto.engine_pb2_grpc import add_EngineServicer_to_server
from pulumi.runtime.settings import Settings

from tests.support.engine_connections import separate_connections


class _Engine(EngineServicer):
    """An engine that takes messages."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def Log(self, request: Any, context: Any) -> Any:
        self.messages.append(request.message)
        return empty_pb2.Empty()


def test_an_engine_on_the_port_of_an_ended_one_is_reached() -> None:
    separate_connections()
    engine, server = _Engine(), grpc.server(ThreadPoolExecutor(1))
    add_EngineServicer_to_server(engine, server)
    with socket.socket() as held:  # bound and not listening: refuses connections, and no other test gets the port
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(grpc.RpcError, match="Connection refused"):
            _log(earlier := Settings("gate", "test", engine=address), "to the ended engine")
        server.add_insecure_port(address)
        server.start()
        _log(Settings("gate", "test", engine=address), "to the new engine")
        server.stop(None).wait()
    assert engine.messages == ["to the new engine"]
    assert earlier.engine is not None


def _log(settings: Settings, message: str) -> None:
    assert settings.engine is not None
    settings.engine.Log(LogRequest(message=message))
