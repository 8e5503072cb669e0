"""Give each run of the engine in one process a connection of its own.

gRPC shares connections to the same address in a process, and remembers for seconds that one was refused. The SDK never
closes its channels, so they keep trying to reach engines that have ended. If a later engine listens on a port of an
earlier one, its program would be told that the engine is unavailable. (A command of acctgate makes one run in a
process.)
"""

from __future__ import annotations

from typing import Final

from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

_OWN: Final = ("grpc.use_local_subchannel_pool", 1)


def separate_connections() -> None:
    """Have the Pulumi SDK share no connection between channels of this process."""
    if _OWN not in _GRPC_CHANNEL_OPTIONS:
        _GRPC_CHANNEL_OPTIONS.append(_OWN)
