"""A Pulumi program in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from acctgate.fix.model import ProposedResource
from acctgate.fix.targets.base import Target, comment, literal


def declare(resources: Sequence[ProposedResource]) -> Iterator[str]:
    """Yield the lines of a whole Pulumi.yaml."""
    yield from (f"name: {resources[0].type.name}", "runtime: yaml", "resources:")
    for resource in resources:
        yield from (f"  {resource.type.name}:", f"    type: {resource.type.pulumi}", "    properties:")
        for setting in resource.settings:
            yield from comment("#", setting.why, indent="      ")
            yield f"      {setting.key.pulumi}: {_verbatim(literal(setting.value))}"


def _verbatim(text: str) -> str:
    """Escape ${…}, which Pulumi reads as a reference in any text."""
    return re.sub(r"\$(?=[${])", "$$", text)


TARGET = Target("#", declare)
