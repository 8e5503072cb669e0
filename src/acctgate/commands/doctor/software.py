"""Check acctgate and Python."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding, ok
from acctgate.version import __version__


def check(context: DoctorContext) -> Iterator[Finding]:
    """Report the versions, for bug reports."""
    yield ok("acctgate", f"{__version__}, on {platform.python_implementation()} {platform.python_version()}")
