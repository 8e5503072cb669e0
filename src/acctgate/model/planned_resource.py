"""What every planned resource has: its address, and the name in it."""

from __future__ import annotations

from dataclasses import dataclass

from acctgate.redact import one_line


@dataclass(frozen=True, slots=True)
class PlannedResource:
    """One resource in a plan."""

    address: str
    """The resource: Pulumi's URN or Terraform's address."""

    @property
    def is_pulumi(self) -> bool:
        """Whether it is in a plan of Pulumi, and not of Terraform."""
        return self.address.startswith("urn:pulumi:")

    @property
    def name(self) -> str:
        """The resource's name for people."""
        return one_line(resource_name(self.address) if self.is_pulumi else self.address)

    @property
    def imported_account(self) -> str | None:
        """The account in the id of an import, or None. It proves nothing: the provider does not compare it."""
        return None


def resource_name(urn: str) -> str:
    """Return the name in a URN. It may contain colons."""
    return urn.split("::", 3)[-1]
