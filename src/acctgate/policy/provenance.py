"""Where each value of an effective policy comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from acctgate.policy.chain import Chain
from acctgate.policy.source import Source


@dataclass(frozen=True, slots=True)
class Origin:
    """A value, and who says it."""

    value: Any
    source: Source | None
    """None: nobody says it, it is so by default."""
    line: int = 0
    over: str | None = None
    """Whose other value it takes the place of."""

    @property
    def place(self) -> str:
        """`policies/policy.yaml:5`; a preset or a package's file by its name."""
        if self.source is None:
            return "by default"
        return self.source.name if self.source.foreign else f"{self.source.name}:{self.line}"

    @property
    def told(self) -> str:
        """The place, and whose value it takes the place of."""
        return f"{self.place}, over {self.over}" if self.over else self.place


def origins(chain: Chain) -> dict[str, dict[str, Origin]]:
    """Rule id → level and parameters, each with its origin. Rules that nobody names are left out."""
    found: dict[str, dict[str, Origin]] = {}
    for source in chain.sources:
        for rule, entry in (source.data.get("rules") or {}).items():
            values = found.setdefault(rule, {})
            for key, value in (entry or {}).items():
                before = values.get(key)
                over = before.source.name if before and before.source and before.value != value else None
                values[key] = Origin(value, source, source.line(("rules", rule, key)), over)
    for values in found.values():
        values.setdefault("level", Origin("mandatory", None))
    return {name: _level_first(found[name]) for name in chain.known if name in found}


def _level_first(values: dict[str, Origin]) -> dict[str, Origin]:
    return {"level": values["level"], **values}


def waivers(chain: Chain) -> Iterator[Origin]:
    """The waivers of all files, in their order."""
    for source in chain.sources:
        for index, waiver in enumerate(source.data.get("waivers") or ()):
            yield Origin(waiver, source, source.line(("waivers", index)))


def accounts(chain: Chain) -> dict[str, Origin]:
    """Account id → its entry: the last file that names an account says all of it."""
    found: dict[str, Origin] = {}
    for source in chain.sources:
        for account, entry in (source.data.get("accounts") or {}).items():
            over = found[account].source if account in found else None
            line = source.line(("accounts", account))
            found[account] = Origin(entry, source, line, over.name if over else None)
    return found
