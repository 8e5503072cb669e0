"""Terraform resource blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from acctgate.fix.model import ProposedResource
from acctgate.fix.targets.base import Target, comment, literal


def declare(resources: Sequence[ProposedResource]) -> Iterator[str]:
    """Yield the lines of the blocks."""
    for index, resource in enumerate(resources):
        if index:
            yield ""
        yield f'resource "{resource.type.terraform}" "{resource.type.name.replace("-", "_")}" {{'
        for setting in resource.settings:
            yield from comment("#", setting.why, indent="  ")
            yield f"  {setting.key.terraform} = {_verbatim(literal(setting.value))}"
        yield "}"


def _verbatim(text: str) -> str:
    """Escape ${…} and %{…}, which HCL reads as templates in any text."""
    return text.replace("${", "$${").replace("%{", "%%{")


TARGET = Target("#", declare)
