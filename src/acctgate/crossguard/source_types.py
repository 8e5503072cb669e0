"""The data sources as the engine names them. Both the data sources and the policy pack need this table.

It has a module of its own because importing a data source imports Pulumi's dynamic providers, which the pack does
not need.
"""

from __future__ import annotations

from typing import Final, NamedTuple

MODULE: Final = "acctgate"


class SourceType(NamedTuple):
    """One data source."""

    name: str
    """The name of its class, and the last part of its Pulumi type."""
    section: str
    """The section of a snapshot that it reads, and the name of its main output."""
    extra_arguments: tuple[str, ...] = ()
    """The arguments that it takes beside `ARGUMENTS`."""

    extra_outputs: tuple[str, ...] = ()
    """Its outputs beside the sections, `account_id` and `error`."""
    more_sections: tuple[str, ...] = ()
    """Further sections that it reads."""

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections that it reads, each an output."""
        return (self.section, *self.more_sections)

    @property
    def pulumi_type(self) -> str:
        """The type of its resources in a stack."""
        return f"pulumi-python:dynamic/{MODULE}:{self.name}"


ARGUMENTS: Final = ("region", "role_arn", "endpoint")
"""The arguments of every data source. They select the account."""
READ_AT: Final = "read_at"
"""The property with the time of reading. The engine may show a recorded data source that this run has not read."""
READER: Final = ("acctgate.crossguard.source_reader", "SourceReader")
"""Module and class of the dynamic provider that reads them."""
PREFERENCE: Final = SourceType("SecurityPreference", "SecurityPreference")
PRACTICE: Final = SourceType("SecurityPracticeReport", "AccountSecurityPracticeInfo")
PACK_REPORTS: Final = SourceType("CompliancePackReport", "CompliancePackReports", ("compliance_pack_id",))
PASSWORD_POLICY: Final = SourceType("PasswordPolicy", "PasswordPolicy")
USER_SSO: Final = SourceType("UserSsoSettings", "UserSsoSettings")
ACCESS_KEY_POLICY: Final = SourceType("AccessKeyPolicy", "AccessKeyPolicy")
CONFIG_RULES: Final = SourceType("ConfigRuleCompliance", "ConfigRuleCompliances", ("compliance_pack_id",), ("counts",))
_ONE_SECTION: Final = (
    PREFERENCE,
    PRACTICE,
    PACK_REPORTS,
    PASSWORD_POLICY,
    USER_SSO,
    ACCESS_KEY_POLICY,
    CONFIG_RULES,
)
ACCOUNT: Final = SourceType(
    "Account",
    PREFERENCE.section,
    extra_outputs=("errors",),
    more_sections=tuple(source.section for source in _ONE_SECTION if source is not PREFERENCE),
)
"""Everything at once, so that a preview of many accounts needs one resource for each."""
BATCH_TYPE: Final = f"pulumi-python:dynamic/{MODULE}:Accounts"
"""The resource with which the accounts of an organization are read together. It reads nothing of its own."""
BATCH_READER: Final = ("acctgate.crossguard.batch", "BatchReader")
"""Module and class of its dynamic provider."""
DYNAMIC_PREFIX: Final = "pulumi-python:dynamic"
"""How the types of all dynamic resources of Python begin: one process serves them, with code of the program in it."""
COMPONENT_PREFIX: Final = f"{MODULE}:index:"
"""How the types of the components begin."""

BY_NAME: Final = {source.name: source for source in (*_ONE_SECTION, ACCOUNT)}
"""The data sources by name."""
SOURCES: Final = {source.pulumi_type: source for source in BY_NAME.values()}
"""The data sources by Pulumi type."""
