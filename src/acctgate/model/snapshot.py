"""One account at one moment: what is known of it, what is not, and why.

A snapshot is a JSON document (version 1) whose sections have the API's own keys and values. A value that
the strict models refuse stays in the document, so that a report can show it, but it cannot be read: whoever
asks for it gets `Unknown` with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from acctgate.model.outcome import Place
from acctgate.model.planned_change import PlannedChange
from acctgate.model.snapshot_document import ApiError, adapter
from acctgate.redact import one_line
from acctgate.text import dotted, expectation, show

OPERATIONS: Final = {
    "SecurityPreference": "GetSecurityPreference",
    "AccountSecurityPracticeInfo": "GetAccountSecurityPracticeReport",
    "CompliancePackReports": "GetCompliancePackReport",
}
"""The sections of a snapshot, and the API operation that each comes from."""

Path = tuple[str | int, ...]
"""Where a value stands in a snapshot, key by key."""


class SnapshotError(ValueError):
    """The document is no snapshot of version 1. The text is one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be relied on, and why. `actual` is what stands there, None where nothing does."""

    reason: str
    actual: Any = None
    absent: bool = False
    """Whether nothing stands there, not even a value that was refused."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of one account. Read values with `read`, which never guesses."""

    document: Mapping[str, Any]
    problems: Mapping[Path, str] = field(default_factory=dict)
    """Why the value at a path cannot be used."""
    notes: Mapping[Path, str] = field(default_factory=dict)
    """What a deploy would do to the value at a path, in words."""
    places: Mapping[Path, Place] = field(default_factory=dict)
    """Where the program declares the resource that changes the value at a path, where that is known."""
    planned: tuple[PlannedChange, ...] | None = None
    """What a deploy would change of the account, already in the values. None where no plan was given."""
    unreadable: str | None = None
    """Why nothing at all could be read of the account (one line, with the place): every value is unknown."""

    @classmethod
    def from_document(cls, document: object) -> Snapshot:
        """Take in a snapshot document.

        Raises:
            SnapshotError: It is no version 1 snapshot. A section of the wrong shape is no reason to
                raise: it becomes unknown.
        """
        if not isinstance(document, dict):
            raise SnapshotError("a snapshot is a JSON object with a version")
        try:
            adapter().validate_python(document)
        except ValidationError as error:
            return cls(document, _problems(error, document))
        return cls(document)

    @property
    def account_id(self) -> str | None:
        """The account's id, None where it is not known."""
        account: str | None = self.document.get("account_id")
        return account if account and account.strip("0") else None

    @property
    def alias(self) -> str | None:
        """The account's name for people, None where it has none."""
        return self.document.get("alias")

    @property
    def taken_at(self) -> str | None:
        """When the account was read (ISO 8601), None where that is not known."""
        return self.document.get("taken_at")

    @property
    def errors(self) -> Mapping[str, ApiError]:
        """What could not be read, by section."""
        errors: Mapping[str, ApiError] = self.document.get("errors", {})
        return errors

    def read(self, path: Path) -> Any:
        """The value at `path`, or `Unknown` where it is absent, refused by the model, or could not be read."""
        if not self.problems and self.unreadable is None:
            value: Any = self.document
            try:
                for key in path:
                    value = value[key]
            except (KeyError, IndexError, TypeError):
                return self._unknown(path)
            return value
        return self._unknown(path) or self.raw(path)

    def _unknown(self, path: Path) -> Unknown | None:
        """Why the value at `path` cannot be relied on, None where it can."""
        if self.unreadable is not None:
            return Unknown(self.unreadable)
        value: Any = self.document
        for depth, key in enumerate(path, start=1):
            if problem := self.problems.get(path[:depth]):
                return Unknown(problem, self.raw(path))
            try:
                value = value[key]
            except (KeyError, IndexError):
                return Unknown(self._reason(path[:depth]), absent=True)
            except TypeError:
                return Unknown(f"{dotted(path[: depth - 1])} is no object")
        return None

    def raw(self, path: Path) -> Any:
        """What stands at `path`, relied on or not; None where nothing does."""
        value: Any = self.document
        for key in path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _reason(self, path: Path) -> str:
        section = str(path[0])
        if error := self.errors.get(section):
            return explain(error, OPERATIONS.get(section, section))
        if len(path) == 1:
            return f"{section} was not read"
        return f"the answer of {OPERATIONS.get(section, section)} has no {dotted(path[1:])}"


def explain(error: ApiError, operation: str) -> str:
    """An API's error as part of a sentence."""
    request = f" (request id {one_line(error['request_id'])})" if error.get("request_id") else ""
    return f"{operation} failed with {one_line(error['code'])}: {one_line(error['message'])}{request}"


def _problems(error: ValidationError, document: dict[str, Any]) -> dict[Path, str]:
    problems: dict[Path, str] = {}
    for item in error.errors(include_url=False, include_context=False):
        path = item["loc"]
        if not path or path[0] not in OPERATIONS:
            if path == ("version",):
                raise SnapshotError(f"version: expected 1, found {show(document.get('version'))}")
            raise SnapshotError(f"{dotted(path)}: {expectation(item['msg'])}")
        problems.setdefault(path, f"{path[-1]} {expectation(item['msg'])}, found {show(item['input'])}")
    return problems
