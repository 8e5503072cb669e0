"""An account as a member of an organization: its folder, status, tags and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """An account as a member of an organization. None: not known, which is not the same as none."""

    folder: str | None = None
    """The path of its folder, such as /prod/payments; the root folder is /."""
    folder_id: str | None = None
    status: str | None = None
    """The directory's status of the account, such as CreateSuccess."""
    tags: Mapping[str, str] | None = None
    """Its tags in the directory."""
    labels: Mapping[str, str] | None = None
    """Its labels in the file that lists the accounts."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Member | None:
        """Return the member that a valid snapshot describes, None if it describes none."""
        found = document.get("member")
        return cls(**{name: found[name] for name in cls.__slots__ if name in found}) if found else None

    @property
    def document(self) -> dict[str, Any]:
        """Return what a snapshot or a report records: what is known."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not None}
