"""What one rule says of one account, and the words that it uses: levels, severities, results, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Level = Literal["mandatory", "advisory", "disabled", "remediate"]
"""How binding a rule is, in Pulumi's words. `remediate` binds as `mandatory` does."""

Severity = Literal["low", "medium", "high", "critical"]
"""How much harm a violation can do."""

Result = Literal["pass", "fail", "unknown", "waived", "skipped"]
"""What became of a rule. `skipped`: disabled, or nothing there to judge."""

Verdict = Literal["pass", "fail", "unknown"]
"""Over mandatory rules only: fail where one fails, else unknown where one could not be decided."""

RESULTS: Final[tuple[Result, ...]] = ("pass", "fail", "unknown", "waived", "skipped")
BINDING: Final[frozenset[Level]] = frozenset({"mandatory", "remediate"})
_UNKNOWN: Final = "unknown: "


def unknown_message(reason: str) -> str:
    """Return the message of an outcome that is unknown for this reason."""
    return f"{_UNKNOWN}{reason}"


def reason_of(message: str) -> str:
    """Return an outcome's message without the prefix that unknown outcomes have."""
    return message.removeprefix(_UNKNOWN)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, relative to the working directory."""

    file: str
    line: int


Places = Mapping[str, Place]
"""Rule id → the line of the policy file that asks for it."""


@dataclass(frozen=True, slots=True)
class WaiverNote:
    """Who waived a finding, why, and until when (the last day, UTC)."""

    reason: str
    owner: str
    expires: str
    outcome: Result | None = None
    """What is waived: fail or unknown."""


@dataclass(frozen=True, slots=True)
class BaselineNote:
    """Why a finding does not block: an earlier report has it already."""

    source: str
    """The file that the earlier report is in."""
    outcome: Result
    """What is waived: fail or unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one rule says of one account (compliance-report: of one pack).

    Compared by identity: one outcome serves every account in which the rule reads the same values.
    """

    rule: str
    outcome: Result
    level: Level
    severity: Severity
    setting: str
    """The setting that decided: section and keys, with dots."""
    expected: str
    """What the policy wants, in words."""
    actual: Any
    """The value as the API gave it, None where it is absent."""
    message: str
    remediation: str
    waiver: WaiverNote | None = None
    place: Place | None = None
    """Where the program declares the resource that decides, None where that is not known."""
    baseline: BaselineNote | None = None
    """Set if a baseline waives the finding."""

    @property
    def binding(self) -> bool:
        """Whether this outcome counts for the verdict."""
        return self.level in BINDING
