"""The extra `pulumi`, with Pulumi's SDK: only the data sources, the policy pack and a preview need it."""

from __future__ import annotations

from typing import Final

from acctgate import installation
from acctgate.installation import MissingExtraError, find_installation

__all__ = ["EXTRA", "MissingExtraError", "install_command", "missing_packages", "require_extra"]

EXTRA: Final = "pulumi"
_PACKAGES: Final = ("pulumi", "pulumi_policy")


def missing_packages() -> list[str]:
    """Return the packages of the extra that cannot be imported."""
    return installation.missing_packages(_PACKAGES)


def install_command() -> str:
    """Return the command that installs the extra, from where acctgate itself was installed."""
    return find_installation().command(EXTRA)


def require_extra(what: str) -> None:
    """Check that the extra is installed; see `installation.require_packages`.

    Args:
        what: What needs it, as the subject of a sentence.

    Raises:
        MissingExtraError: It is not installed.
    """
    installation.require_packages(what, EXTRA, _PACKAGES)
