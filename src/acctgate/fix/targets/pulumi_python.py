"""A Pulumi program in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from acctgate.fix.model import ProposedResource
from acctgate.fix.targets.base import Target, comment, literal


def declare(resources: Sequence[ProposedResource]) -> Iterator[str]:
    """Yield the lines of a whole __main__.py."""
    yield "import pulumi_alicloud as alicloud"
    for resource in resources:
        yield from ("", f"alicloud.ram.{resource.type.title}(", f'    "{resource.type.name}",')
        for setting in resource.settings:
            yield from comment("#", setting.why, indent="    ")
            # Pulumi's Python names are Terraform's.
            value = repr(setting.value) if isinstance(setting.value, (bool, int)) else literal(setting.value)
            yield f"    {setting.key.terraform}={value},"
        yield ")"


TARGET = Target("#", declare)
