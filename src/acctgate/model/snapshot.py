"""One account at one moment: what is known, what is unknown, and why.

A snapshot is a JSON document (version 1) whose sections have the API's own keys and values. A value that the strict
models reject stays in the document, so that reports can show it, but reading it returns `Unknown` with the reason. So
does reading a section that contradicts the rest of the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from acctgate.language import Bilingual, Words, fill
from acctgate.model.account_id import names_an_account
from acctgate.model.api_error import ApiError, explain
from acctgate.model.contradictions import find_contradictions
from acctgate.model.credential_report import SECTION as CREDENTIAL_REPORT
from acctgate.model.document_kind import wrong_kind
from acctgate.model.judged_by import ReadAs
from acctgate.model.member import Member
from acctgate.model.outcome import Place
from acctgate.model.sections import IDENTITY_PROOF, OPERATIONS
from acctgate.model.snapshot_document import adapter
from acctgate.text import dotted, expectation, show

if TYPE_CHECKING:
    from acctgate.model.other_change import OtherChange
    from acctgate.model.planned_change import PlannedChange

_NO_OBJECT: Final = Words("{} is not an object", "{} 不是对象")
_NOT_READ: Final = Words("{} was not read", "没有读取 {}")
_ABSENT: Final = Words("the answer of {} has no {}", "{} 的返回结果中没有 {}")
_INVALID: Final = Words("{} {}{}", "{} {}{}")
_EXPECTED_ZH: Final = {
    "bool_type": "应为布尔值",
    "dict_type": "应为对象",
    "duplicate": "中有重复的用户",
    "int_type": "应为整数",
    "list_type": "应为列表",
    "missing": "缺失",
    "names": "中名称的形式与 Names 矛盾",
    "no_root": "中没有主账号",
    "string_type": "应为字符串",
    "string_unicode": "应为有效的 Unicode 字符串",
    "time": "应为时间",
}
"""What the validator expects, by the type of its error."""
_LIMITS_ZH: Final = {
    "greater_than_equal": "应大于或等于 {}",
    "less_than_equal": "应小于或等于 {}",
}
_FOUND: Final = Words(", found {}", "，实际为 {}")

Path = tuple[str | int, ...]
"""The path of a value in a snapshot."""


def path_of(setting: str) -> Path:
    """Return the path of a setting, whose section and keys are joined by dots."""
    return tuple(setting.split("."))


class SnapshotError(ValueError):
    """The document is not a snapshot of version 1. The message is one line: where and why."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be relied on, and why. `actual` is the rejected value, None if there is none."""

    reason: str
    actual: Any = None
    absent: bool = False
    """Whether there is no value at all, not even a rejected one."""

    def __hash__(self) -> int:
        return hash(self.reason)  # `actual` may be a list


@dataclass(slots=True)  # not frozen, for speed; see Outcome
class Snapshot:
    """What is known about one account. Read values with `read`, which never guesses."""

    document: Final[Mapping[str, Any]]
    problems: Final[Mapping[Path, str]] = field(default_factory=dict)
    """Why the value at a path cannot be used."""
    notes: Final[Mapping[Path, str]] = field(default_factory=dict)
    """What a deployment would do to the value at a path, in words."""
    places: Final[Mapping[Path, Place]] = field(default_factory=dict)
    """Where the program declares the resource that changes the value at a path, if known."""
    planned: Final[tuple[PlannedChange, ...] | None] = None
    """The planned changes, already applied to the values. None without a plan."""
    before: Final[Snapshot | None] = None
    """The account without the planned changes. None without a plan, or if the plan does not change the account."""
    moved: Final[tuple[OtherChange, ...]] = ()
    """Other planned resources that change what rules judge, in ways that the plan does not show."""
    unreadable: Final[str | None] = None
    """Why nothing could be read of the account (one line, with the file): every value is unknown."""

    read_as: Final[ReadAs | None] = None
    """How the account was read, None if it is unknown."""

    @classmethod
    def from_document(cls, document: object, read_as: ReadAs | None = None) -> Snapshot:
        """Validate a snapshot document.

        Args:
            document: The document, as parsed from JSON.
            read_as: How the account was read, None if it is unknown.

        Raises:
            SnapshotError: It is not a version 1 snapshot. A section of the wrong shape raises nothing: it is unknown.
        """
        if not isinstance(document, dict):
            raise SnapshotError("a snapshot is a JSON object with a version")
        if problem := wrong_kind(document, "snapshot"):
            raise SnapshotError(problem)
        try:
            adapter().validator.validate_python(document)
        except ValidationError as error:
            return cls(document, _problems(error, document) | find_contradictions(document), read_as=read_as)
        return cls(document, find_contradictions(document), read_as=read_as)

    @property
    def is_touched(self) -> bool:
        """Return whether a plan may change settings of the account."""
        return bool(self.planned) or any(change.effects() for change in self.moved)

    @property
    def account_id(self) -> str | None:
        """Return the account's ID, None if it is unknown, or if `errors` contains the reason."""
        account: str | None = self.document.get("account_id")
        return account if account and names_an_account(account) and "account_id" not in self.errors else None

    @property
    def alias(self) -> str | None:
        """Return the account's display name, None if it has none."""
        return self.document.get("alias")

    @property
    def taken_at(self) -> str | None:
        """Return when the account was read (ISO 8601), None if it is unknown."""
        return self.document.get("taken_at")

    @property
    def member(self) -> Member | None:
        """Return the account as a member of its organization, None if nothing is known of that."""
        return Member.of(self.document)

    @property
    def errors(self) -> Mapping[str, ApiError]:
        """Return the errors by section."""
        errors: Mapping[str, ApiError] = self.document.get("errors", {})
        return errors

    @property
    def not_read(self) -> str | None:
        """Return why nothing of the account could be read, None if something was."""
        error = self.errors.get(IDENTITY_PROOF)
        return explain(error, "GetCallerIdentity") if error else None

    def unlisted_errors(self, section: str) -> dict[str, ApiError]:
        """Return the errors of compliance packs that a section does not list, by pack."""
        if not self.errors:
            return {}
        packs = self.raw((section,))
        listed = {str(pack.get("CompliancePackId")) for pack in packs or () if isinstance(pack, dict)}
        found = {name.removeprefix(f"{section}."): error for name, error in self.errors.items()}
        return {pack: found[pack] for pack in found if f"{section}.{pack}" in self.errors and pack not in listed}

    def read(self, path: Path) -> Any:
        """Return the value at `path`, or `Unknown` if it is absent, rejected by the model, or contradicted."""
        if self.unreadable is not None:
            return Unknown(self.unreadable)
        value: Any = self.document
        try:
            for key in path:
                value = value[key]
        except (KeyError, IndexError):
            value = self._absent(path)
        except TypeError:
            value = Unknown(fill(_NO_OBJECT, dotted(path[: self._depth(path)])))
        if self.problems and (problem := self._problem(path)):
            return Unknown(problem, self.raw(path))
        return value

    def _depth(self, path: Path) -> int:
        """Return how many keys of the path lead to a value."""
        value: Any = self.document
        for depth, key in enumerate(path):
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return depth
        return len(path)

    def _problem(self, path: Path) -> str | None:
        """Return why the value at `path` cannot be used, or what contains it; None if it can."""
        prefixes = (path[: depth + 1] for depth in range(min(self._depth(path) + 1, len(path))))
        return next((self.problems[prefix] for prefix in prefixes if prefix in self.problems), None)

    def raw(self, path: Path) -> Any:
        """Return the value at `path`, reliable or not, None if there is none."""
        value: Any = self.document
        for key in path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _absent(self, path: Path) -> Unknown:
        section = path[0]
        if error := self.errors.get(str(section)):
            return Unknown(explain(error, OPERATIONS.get(str(section), str(section))), absent=True)
        return absent(path[: self._depth(path) + 1] if section in self.document else path[:1])


@lru_cache(maxsize=256)
def absent(path: Path) -> Unknown:
    """Return the value at a path that an answer does not have, or of a section that was not read.

    Cached: most accounts lack the same newer settings.
    """
    section = str(path[0])
    if len(path) == 1:
        return Unknown(fill(_NOT_READ, section), absent=True)
    return Unknown(fill(_ABSENT, OPERATIONS.get(section, section), dotted(path[1:])), absent=True)


def _problems(error: ValidationError, document: dict[str, Any]) -> dict[Path, str]:
    problems: dict[Path, str] = {}
    for item in error.errors(include_url=False, include_context=False):
        path = item["loc"]
        if not path or path[0] not in OPERATIONS:
            if path == ("version",):
                raise SnapshotError(f"version: expected 1, found {show(document.get('version'))}")
            raise SnapshotError(f"{dotted(path)}: {expectation(item['msg'])}")
        # A value of the credential report may be a user's name, which no message contains.
        value = fill(_FOUND, show(item["input"])) if path[0] != CREDENTIAL_REPORT else ""
        problems.setdefault(path, fill(_INVALID, str(path[-1]), _expectation(item["type"], item["msg"]), value))
    return problems


def _expectation(kind: str, message: str) -> str:
    """Return what the validator expects, in both languages if this kind of error is common."""
    english = expectation(message)
    if kind in _LIMITS_ZH:
        return Bilingual(english, _LIMITS_ZH[kind].format(english.rpartition(" ")[2]))
    if kind == "literal_error":
        values = english.removeprefix("should be ").replace(" or ", " 或 ").replace(", ", "、")
        return Bilingual(english, f"应为 {values}")
    return Bilingual(english, _EXPECTED_ZH.get(kind, english))
