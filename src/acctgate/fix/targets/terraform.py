"""A Terraform resource block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from acctgate.fix.propose import RESOURCE, DeclaredSetting
from acctgate.fix.targets.base import Target, comment, literal
from acctgate.model.preference_keys import PREFERENCE_TERRAFORM


def resource(settings: Sequence[DeclaredSetting]) -> Iterator[str]:
    """Yield the lines of one block."""
    yield f'resource "{PREFERENCE_TERRAFORM}" "{RESOURCE.replace("-", "_")}" {{'
    for setting in settings:
        yield from comment("#", setting.why, indent="  ")
        yield f"  {setting.key.terraform} = {_verbatim(literal(setting.value))}"
    yield "}"


def _verbatim(text: str) -> str:
    """Escape ${…} and %{…}, which HCL reads as templates in any text."""
    return text.replace("${", "$${").replace("%{", "%%{")


TARGET = Target("#", resource)
