"""Which accounts `--include` and `--exclude` select: by id, alias, folder, tag or label."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from acctgate.model.run import Entry
from acctgate.policy.groups import in_folder

_PAIRS: Final = ("tag", "label")
SYNTAX: Final = "id=ID, alias=PATTERN, folder=/PATH, tag:KEY=VALUE or label:KEY=VALUE"


@dataclass(frozen=True, slots=True)
class Selector:
    """One value of `--include` or `--exclude`.

    Patterns have `*`, `?` and `[…]`. Those of folders have only `*`, and mean the same as in a policy's groups.
    """

    kind: str
    key: str
    """The tag's or label's key. Empty for the others."""
    pattern: str

    @classmethod
    def of(cls, text: str) -> Selector:
        """Parse a value.

        Raises:
            ValueError: It is invalid. The message begins with the value.
        """
        name, equals, pattern = text.partition("=")
        kind, colon, key = name.partition(":")
        valid = bool(key.strip()) if kind in _PAIRS else kind in ("id", "alias", "folder") and not colon
        if not equals or not pattern.strip() or not valid:
            raise ValueError(f"{text}: invalid selector; use {SYNTAX}")
        if kind == "folder" and not pattern.startswith("/"):
            raise ValueError(f"{text}: a folder is a path from the root (example: folder=/prod)")
        return cls(kind, key, pattern)

    def __str__(self) -> str:
        return f"{self.kind}{f':{self.key}' if self.key else ''}={self.pattern}"

    def matches(self, entry: Entry) -> bool | None:
        """Return whether it matches an account, None if the account's alias, folder or tags are not known."""
        if self.kind == "folder":
            folder = entry.member.folder
            return None if folder is None else in_folder(self.pattern, folder)
        if self.kind in _PAIRS:
            # Without a file, no account has labels. The tags come from the directory, which may not list them.
            pairs = entry.member.tags if self.kind == "tag" else entry.member.labels or {}
            return None if pairs is None else self.key in pairs and fnmatchcase(pairs[self.key], self.pattern)
        value = entry.id if self.kind == "id" else entry.alias
        return None if value is None else fnmatchcase(value, self.pattern)
