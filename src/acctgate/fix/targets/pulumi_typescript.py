"""A Pulumi program in TypeScript. It has no types of its own, so it is JavaScript as well."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from acctgate.fix.model import ProposedResource
from acctgate.fix.targets.base import Target, comment


def declare(resources: Sequence[ProposedResource]) -> Iterator[str]:
    """Yield the lines of a whole index.ts."""
    yield 'import * as alicloud from "@pulumi/alicloud";'
    for resource in resources:
        yield from ("", f'new alicloud.ram.{resource.type.title}("{resource.type.name}", {{')
        for setting in resource.settings:
            yield from comment("//", setting.why, indent="    ")
            yield f"    {setting.key.pulumi}: {json.dumps(setting.value)},"
        yield "});"


TARGET = Target("//", declare)
