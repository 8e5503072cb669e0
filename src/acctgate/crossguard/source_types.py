"""How the data sources are called in Pulumi. Apart, so that neither they nor the pack import the other."""

from __future__ import annotations

from typing import Final

MODULE: Final = "acctgate"
TYPES: Final = {
    f"pulumi-python:dynamic/{MODULE}:{name}": section
    for name, section in (
        ("SecurityPreference", "SecurityPreference"),
        ("SecurityPracticeReport", "AccountSecurityPracticeInfo"),
        ("CompliancePackReport", "CompliancePackReports"),
    )
}
"""Pulumi's type of each data source, and the section that it reads."""
