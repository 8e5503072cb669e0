"""Only the engine may call the pack: another process could disable its rules."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator

import pytest

from acctgate.crossguard import engine_peer
from acctgate.crossguard.engine_peer import is_engine

resource = pytest.importorskip("resource", reason="Windows has none")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows which process has a connection")
CONNECT = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as client:
    client.recv(1)
"""


@pytest.fixture(autouse=True)
def no_cache() -> Iterator[None]:
    """Begin and end with no connection in the cache."""
    is_engine.cache_clear()
    yield
    is_engine.cache_clear()


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def _peer(connection: socket.socket) -> str:
    host, port = connection.getpeername()
    return f"ipv4:{host}:{port}"


def _started_by(monkeypatch: pytest.MonkeyPatch, *processes: int) -> None:
    monkeypatch.setattr(engine_peer, "processes_up_to_engine", lambda: processes)


def test_the_engine_is_told_from_another_process_of_the_same_user(
    monkeypatch: pytest.MonkeyPatch, server: socket.socket
) -> None:
    command = [sys.executable, "-c", CONNECT, str(server.getsockname()[1])]
    with socket.create_connection(server.getsockname()), server.accept()[0] as own:
        _started_by(monkeypatch, os.getppid(), os.getpid())
        assert is_engine(_peer(own))
        with subprocess.Popen(command) as other, server.accept()[0] as foreign:
            assert not is_engine(_peer(foreign))
            is_engine.cache_clear()
            _started_by(monkeypatch, other.pid)
            assert is_engine(_peer(foreign))
            assert not is_engine(_peer(own))


def test_a_table_that_lacks_the_connection_is_read_again(
    monkeypatch: pytest.MonkeyPatch, server: socket.socket
) -> None:
    _started_by(monkeypatch, os.getpid())
    with socket.create_connection(server.getsockname()), server.accept()[0] as own:
        whole = engine_peer._connections()
        ours = {ends: end for ends, end in whole.items() if ends[1] != engine_peer._address(*own.getsockname())}
        readings = iter([ours, whole])
        monkeypatch.setattr(engine_peer, "_connections", lambda: next(readings))
        assert len(ours) < len(whole)
        assert is_engine(_peer(own))
        assert next(readings, None) is None


@pytest.mark.parametrize("processes", [(), (os.getppid(), 0)], ids=["not found", "hidden"])
def test_an_engine_that_is_not_shown_is_of_the_same_user(
    monkeypatch: pytest.MonkeyPatch, server: socket.socket, processes: tuple[int, ...]
) -> None:
    _started_by(monkeypatch, *processes)
    with socket.create_connection(server.getsockname()), server.accept()[0] as own:
        assert is_engine(_peer(own))
        is_engine.cache_clear()
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert not is_engine(_peer(own))


def test_a_connection_with_ipv6_addresses_for_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    _started_by(monkeypatch, os.getpid())
    with socket.socket(socket.AF_INET6) as server, socket.socket(socket.AF_INET6) as client:
        server.bind(("::ffff:127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client.connect(("::ffff:127.0.0.1", port))
        with server.accept()[0] as mapped, socket.create_connection(("127.0.0.1", port)), server.accept()[0] as plain:
            peers = [f"ipv4:127.0.0.1:{each.getpeername()[1]}" for each in (mapped, plain)]
            assert all(map(is_engine, peers))
            is_engine.cache_clear()
            _started_by(monkeypatch, os.getppid())
            assert not any(map(is_engine, peers))


@pytest.mark.parametrize("reset", [True, False])
def test_a_client_that_has_gone_is_not_the_engine(
    monkeypatch: pytest.MonkeyPatch, server: socket.socket, reset: bool
) -> None:
    _started_by(monkeypatch, os.getpid())
    client = socket.create_connection(server.getsockname())
    if reset:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with server.accept()[0] as own:
        peer = _peer(own)
        client.close()
        assert not is_engine(peer)


def test_what_nothing_shows_counts_as_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_engine("unix:")
    monkeypatch.setattr(engine_peer, "_TABLES", ())
    assert is_engine("ipv4:127.0.0.1:1")


def test_without_a_file_descriptor_to_look_nobody_is_the_engine(
    monkeypatch: pytest.MonkeyPatch, server: socket.socket
) -> None:
    """Another process of the same user could hold so many connections that none is left."""
    _started_by(monkeypatch, os.getpid())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.create_connection(server.getsockname()), server.accept()[0] as own:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            found = is_engine(_peer(own))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert not found
