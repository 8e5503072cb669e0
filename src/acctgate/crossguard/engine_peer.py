"""Whether a call of the pack's gRPC service comes from the engine.

The engine connects to a port of this machine without a password or a certificate, so any process can connect. A call
could disable every rule. Linux shows which process has a connection; elsewhere, each call counts as the engine's.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from acctgate.crossguard.running_engine import processes_up_to_engine

_PEER: Final = re.compile(r"ipv4:([\d.]+):(\d+)")
_TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""The connections of all processes. An end is in the second one if its process uses IPv6 addresses for IPv4."""

_READINGS: Final = 3
"""The kernel may leave a connection out of a table that changes while it is read."""
_NOT_SHOWN: Final = (FileNotFoundError, NotADirectoryError, PermissionError, ProcessLookupError)


class _Socket(NamedTuple):
    """One end of a connection."""

    user: int
    inode: str


@lru_cache
def is_engine(peer: str) -> bool:
    """Return whether a connection comes from the engine.

    If the engine is not found, or its connections are not shown, each process of the same user counts as the engine.
    Cached: the engine makes one connection, and a call for each resource.

    Args:
        peer: The other end, as gRPC names it.
    """
    found = _PEER.fullmatch(peer)
    if found is None:
        return True
    try:
        return any(_is_engine(found[1], int(found[2])) for _ in range(_READINGS))
    except OSError:  # no file can be opened: another process may hold as many connections as this one can have
        return False


def _is_engine(host: str, port: int) -> bool:
    theirs, connections = _address(host, port), _connections()
    own = _sockets_of(os.getpid()) or ()
    shown = [ends for ends, end in connections.items() if end.inode in own]
    if not shown:  # not even the port that this process listens on
        return True
    end = next((connections.get((theirs, local)) for local, remote in shown if remote == theirs), None)
    if end is None:  # closed since
        return False
    engine = [_sockets_of(process) for process in processes_up_to_engine()]
    if not engine or engine[-1] is None:
        return end.user == os.getuid()
    return any(end.inode in sockets for sockets in engine if sockets)


def _address(host: str, port: int) -> str:
    """Return an IPv4 address as the kernel's table of IPv6 shows it."""
    packed = socket.inet_pton(socket.AF_INET6, f"::ffff:{host}")
    words = (int.from_bytes(packed[place : place + 4], sys.byteorder) for place in range(0, 16, 4))
    return f"{''.join(f'{word:08X}' for word in words)}:{port:04X}"


def _connections() -> Mapping[tuple[str, str], _Socket]:
    """Return the ends of all connections by local and remote address.

    Raises:
        OSError: They are shown, but cannot be read.
    """
    rows: list[list[str]] = []
    for table in _TABLES:
        with suppress(*_NOT_SHOWN):
            rows += (line.split() for line in table.read_text(encoding="ascii").splitlines()[1:])
    return {(_mapped(row[1]), _mapped(row[2])): _Socket(int(row[7]), row[9]) for row in rows}


def _mapped(address: str) -> str:
    """Return an address of either table as that of IPv6 shows it."""
    begin = _address("0.0.0.0", 0)[: -len("00000000:0000")]  # noqa: S104 nothing listens there
    return address if len(address) > len(begin) else begin + address


def _sockets_of(process: int) -> frozenset[str] | None:
    """Return the inodes of a process's sockets, None if they are not shown: it is another user's.

    Raises:
        OSError: They are shown, but cannot be read.
    """
    links: list[str] = []
    try:
        for file in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):  # closed since
                links.append(str(file.readlink()))
    except _NOT_SHOWN:
        return None
    return frozenset(link[len("socket:[") : -1] for link in links if link.startswith("socket:["))
