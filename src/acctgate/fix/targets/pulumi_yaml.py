"""A Pulumi program in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from acctgate.fix.propose import RESOURCE, DeclaredSetting
from acctgate.fix.targets.base import Target, comment, literal
from acctgate.model.preference_keys import PREFERENCE_TYPE


def resource(settings: Sequence[DeclaredSetting]) -> Iterator[str]:
    """Yield the lines of a whole Pulumi.yaml."""
    yield from (f"name: {RESOURCE}", "runtime: yaml", "resources:", f"  {RESOURCE}:")
    yield from (f"    type: {PREFERENCE_TYPE}", "    properties:")
    for setting in settings:
        yield from comment("#", setting.why, indent="      ")
        yield f"      {setting.key.pulumi}: {_verbatim(literal(setting.value))}"


def _verbatim(text: str) -> str:
    """Escape ${…}, which Pulumi reads as a reference in any text."""
    return re.sub(r"\$(?=[${])", "$$", text)


TARGET = Target("#", resource)
