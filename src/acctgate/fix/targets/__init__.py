"""Render a repair, with one file for each tool and language. Pure."""

from __future__ import annotations

from typing import Final

from acctgate.fix.targets import pulumi_python, pulumi_typescript, pulumi_yaml, terraform
from acctgate.fix.targets.base import Target

TARGETS: Final[dict[str, Target]] = {
    "pulumi-python": pulumi_python.TARGET,
    "pulumi-typescript": pulumi_typescript.TARGET,
    "pulumi-yaml": pulumi_yaml.TARGET,
    "terraform": terraform.TARGET,
}
