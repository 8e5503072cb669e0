"""The commands of the command line."""

from __future__ import annotations

from typing import Final

from acctgate.cli import group
from acctgate.cli.support.command_reference import leaves

COMMANDS: Final = dict(leaves(group))
