"""A Pulumi program in TypeScript. It has no types of its own, so it is JavaScript as well."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from acctgate.fix.propose import RESOURCE, DeclaredSetting
from acctgate.fix.targets.base import Target, comment


def resource(settings: Sequence[DeclaredSetting]) -> Iterator[str]:
    """Yield the lines of a whole index.ts."""
    yield from ('import * as alicloud from "@pulumi/alicloud";', "")
    yield f'new alicloud.ram.SecurityPreference("{RESOURCE}", {{'
    for setting in settings:
        yield from comment("//", setting.why, indent="    ")
        yield f"    {setting.key.pulumi}: {json.dumps(setting.value)},"
    yield "});"


TARGET = Target("//", resource)
