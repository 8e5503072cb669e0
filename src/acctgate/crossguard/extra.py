"""The extra `pulumi`, with Pulumi's SDK: only the data sources, the policy pack and a preview need it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from acctgate.installation import find_installation

EXTRA: Final = "pulumi"
_PACKAGES: Final = ("pulumi", "pulumi_policy")


class MissingExtraError(ImportError):
    """The extra is not installed. The text is one line with the command that installs it."""


def missing_packages() -> list[str]:
    """Return the packages of the extra that cannot be imported."""
    return [name for name in _PACKAGES if not _exists(name)]


def install_command() -> str:
    """Return the command that installs the extra, from where acctgate itself was installed."""
    return find_installation().command(EXTRA)


def require_extra(what: str) -> None:
    """Check that the extra is installed.

    Args:
        what: What needs it, as the subject of a sentence.

    Raises:
        MissingExtraError: It is not installed.
    """
    if missing := missing_packages():
        raise MissingExtraError(f"{what} needs {missing[0]}, which is not installed: {install_command()}")


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
