"""acctgate and Python."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from acctgate import __version__
from acctgate.doctor.finding import Finding, ok
from acctgate.doctor.patient import Patient


def check(patient: Patient) -> Iterator[Finding]:
    """What runs here, to be quoted where somebody asks for help."""
    yield ok("acctgate", f"{__version__}, on {platform.python_implementation()} {platform.python_version()}")
