"""acctgate and Python."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from acctgate.commands.doctor.context import Patient
from acctgate.commands.doctor.finding import Finding, ok
from acctgate.version import __version__


def check(patient: Patient) -> Iterator[Finding]:
    """What runs here, to be quoted where somebody asks for help."""
    yield ok("acctgate", f"{__version__}, on {platform.python_implementation()} {platform.python_version()}")
