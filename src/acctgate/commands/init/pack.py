"""The files that make a folder with a policy.yaml a Pulumi policy pack that runs by itself."""

from __future__ import annotations

from typing import Final

from acctgate.commands.init.repository import Repository
from acctgate.crossguard.project import PACK_MAIN
from acctgate.installation import Installation

_HEAD: Final = """\
name: acctgate
description: The gate for Alibaba Cloud accounts
version: 0.1.0
"""
_IGNORED: Final = "# Neither committed nor published.\n/venv/\n__pycache__/\n"
PLACEHOLDER: Final = "<acctgate @ git+URL@COMMIT>"
"""What is written if nothing says where others can install acctgate from. pip refuses it."""


def pack_files(repository: Repository, installation: Installation) -> dict[str, str]:
    """Return the files of the pack beside the policy, by their paths from the project's folder.

    A Terraform repository needs none.
    """
    if repository.terraform is not None:
        return {}
    texts = {
        "PulumiPolicy.yaml": _project(repository.pack_virtualenv),
        "__main__.py": PACK_MAIN,
        "requirements.txt": _requirements(installation),
        ".gitignore": _IGNORED,
    }
    return {f"{repository.pack}/{name}": text for name, text in texts.items()}


def _project(virtualenv: str | None) -> str:
    """Return PulumiPolicy.yaml."""
    if virtualenv is None:
        return f"{_HEAD}runtime: python\n"
    return f"{_HEAD}runtime:\n  name: python\n  options:\n    virtualenv: {virtualenv}\n"


def _requirements(installation: Installation) -> str:
    """Return requirements.txt, which `pulumi install` in the pack installs."""
    requirement = installation.requirement_line("pulumi") or PLACEHOLDER
    return f"# What the pack needs: acctgate, from where it was installed.\n{requirement}\n"
