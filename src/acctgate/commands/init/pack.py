"""The files that make a folder with a policy.yaml a Pulumi policy pack."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

MAIN: Final = '''"""The policy pack. It enforces policy.yaml, which is beside this file."""

from pathlib import Path

from acctgate.crossguard.pack import serve

serve(Path(__file__).with_name("policy.yaml"))
'''
_HEAD: Final = """\
name: acctgate
description: The gate for Alibaba Cloud accounts
version: 0.1.0
"""


def project(virtualenv: str | None) -> str:
    """Return PulumiPolicy.yaml. The pack runs in the project's virtual environment, if it has one."""
    if virtualenv is None:
        return f"{_HEAD}runtime: python\n"
    # Relative to the pack, which is one folder below the project.
    path = PurePosixPath("..", virtualenv)
    return f"{_HEAD}runtime:\n  name: python\n  options:\n    virtualenv: {path}\n"
