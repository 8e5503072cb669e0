"""What predictions came to: what a report says of each setting, compared with what the deploy made of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from acctgate.demo import DemoAccount
from acctgate.model.preference_request import MODES
from tests.conformance.cases import KEYS, VALUES, Case, account_id

PATHS: Final = ("pack", "preview --json", "--save-plan", "Terraform plan")
"""The ways to a prediction."""
NOT_PREDICTIONS: Final = ("login-lockout", "no-loosening")
"""Rules that look at several settings, or at the change itself."""
_NAMES: Final = re.compile(
    r"\S*preference(\.p)?\d+(\.2|\.new)?|\"[^\"]*\"|\[[^]]*\]|\d+|\b(true|false)\b|"
    r"\b\w*(For|To|With|Types|Masks|Duration|Ticket|_for_|_to_|_with_|_types|_masks|_duration|_ticket)\w*\b"
)


class Judged(NamedTuple):
    """A setting in a report."""

    account: str | None
    rule: str
    setting: str
    outcome: str
    actual: Any
    message: str


@dataclass
class Counts:
    """What the predictions of one path came to, setting by setting."""

    right: int = 0
    unknown: int = 0
    wrong: int = 0

    def __str__(self) -> str:
        total = self.right + self.unknown + self.wrong
        share = self.unknown / total if total else 0
        known = f"{self.right:,} right, {self.unknown:,} unknown ({share:.1%}), {self.wrong} wrong"
        return f"{total:,} settings: {known}"


@dataclass
class Tally:
    """What all predictions came to."""

    paths: dict[str, Counts] = field(default_factory=lambda: {path: Counts() for path in PATHS})
    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    """Batches that the engine has refused, which is a fault of their generator."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why settings are unknown, without names and values."""

    def __str__(self) -> str:
        return "; ".join(f"{path}: {counts}" for path, counts in self.paths.items() if counts != Counts())

    def compare(self, path: str, given: Sequence[Case], report: Sequence[Judged], after: Sequence[DemoAccount]) -> None:
        """Compare what a report says of each setting with what the deploy made of it."""
        counts, indexes = self.paths[path], {account_id(index): index for index in range(len(given))}
        for found in report:
            name = found.setting.rpartition(".")[2]
            judged = name in VALUES and found.rule not in NOT_PREDICTIONS and found.outcome != "skipped"
            if not judged or found.account not in indexes:
                continue
            index = indexes[found.account]
            real = after[index].preference.get(KEYS[name].group, {}).get(name)
            if path == "--save-plan" and _was_empty(given[index], name) and _is_looser(name, found.actual, real):
                continue
            if found.outcome == "unknown":
                assert len(found.message) > len("unknown: "), "an unknown names its reason"
                counts.unknown += 1
                self.reasons[f"{path}: {_NAMES.sub('', found.message)}"] += 1
            elif _as_set(found.actual) == _as_set(real) and type(found.actual) is type(real):
                counts.right += 1
            else:
                counts.wrong += 1
                case = f"predicted {found.actual!r}, became {real!r} ({found.message}): {given[index]}"
                self.wrong.append(f"{path}: {index} {name}: {case}")


def _as_set(value: Any) -> Any:
    """Return a list as the provider takes it: verification types have no order."""
    return sorted(value) if isinstance(value, list) else value


def _was_empty(case: Case, name: str) -> bool:
    """Return whether a mode had been deployed as an empty text: a known limit of predictions from an update plan.

    The provider does not send it, so another value is recorded, perhaps the one that is declared now. An update plan
    shows neither. A declared value that is looser than the live one then counts as sent.
    """
    return name in MODES and (case.deployed or {}).get(name) == ""


def _is_looser(name: str, predicted: object, real: object) -> bool:
    values = MODES[name]
    return predicted in values and real in values and values.index(predicted) < values.index(real)


def judged_by_pack(report: Mapping[str, Any]) -> list[Judged]:
    """Return the settings in the pack's report."""
    return [
        Judged(account["account"], *(outcome[name] for name in Judged._fields[1:]))
        for account in report["accounts"]
        for outcome in account["outcomes"]
    ]
