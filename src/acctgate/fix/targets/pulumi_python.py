"""A Pulumi program in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from acctgate.fix.propose import RESOURCE, DeclaredSetting
from acctgate.fix.targets.base import Target, comment, literal


def resource(settings: Sequence[DeclaredSetting]) -> Iterator[str]:
    """Yield the lines of a whole __main__.py."""
    yield from ("import pulumi_alicloud as alicloud", "", "alicloud.ram.SecurityPreference(", f'    "{RESOURCE}",')
    for setting in settings:
        yield from comment("#", setting.why, indent="    ")
        # Pulumi's Python names are Terraform's.
        value = repr(setting.value) if isinstance(setting.value, (bool, int)) else literal(setting.value)
        yield f"    {setting.key.terraform}={value},"
    yield ")"


TARGET = Target("#", resource)
