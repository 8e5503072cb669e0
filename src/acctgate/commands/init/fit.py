"""A policy that fits an account as it is: nothing blocks today, and nothing that is asked for may get worse.

Pure. The target (a preset) stays what it extends, so the file lists only where the account falls short of it. What
has a threshold stays mandatory at today's value: a ratchet. What has none, or could not be decided, is advisory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from acctgate.evaluate.pipeline import evaluate
from acctgate.fix.targets.base import comment
from acctgate.model.outcome import Outcome, reason_of
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, entry_fault, yaml_flow
from acctgate.redact import one_line
from acctgate.rules.base import Rule, RuleEntry

Kind = Literal["ratchet", "violated", "undecided"]
"""Why a rule is not asked for as the target does: it holds at today's value, it is violated, it is not provable."""

_HEADINGS: Final[dict[Kind, str]] = {
    "ratchet": "Mandatory at today's value: it can only get better. Tighten it as the account does.",
    "violated": "Violated today, with nothing to hold on to: advisory. Delete the line once the account complies.",
    "undecided": "Could not be decided today: advisory. Delete the line once it can be.",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule of which the account falls short, and what is asked for instead."""

    rule: str
    kind: Kind
    entry: RuleEntry
    """What the fitted policy says of the rule."""
    now: str
    """What is, in words: one line, without secrets."""
    wanted: str
    """What the target wants, in words."""
    remediation: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A policy that fits an account."""

    account: str | None
    alias: str | None
    target: str
    """The preset that the policy extends."""
    day: str
    """When the account was as it is here: YYYY-MM-DD, UTC."""
    gaps: tuple[Gap, ...]
    """In the order of the rules."""

    def text(self) -> str:
        """The policy file (YAML)."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        account = " ".join(filter(None, ("account", self.account or "(unnamed)", self.alias and f"({self.alias})")))
        yield from comment("#", f"Fitted by `acctgate init` to {account} as it was on {self.day}: nothing blocks.")
        yield from comment("#", f"What is not listed is as {self.target} has it. `acctgate explain RULE` says more.")
        yield from ("version: 1", f"extends: {self.target}")
        if self.gaps:
            yield "rules:"
        for kind, heading in _HEADINGS.items():
            gaps = [gap for gap in self.gaps if gap.kind == kind]
            if gaps:
                yield from ("", *comment("#", heading, indent="  "))
            before = None
            for gap in gaps:
                if kind != "undecided":
                    yield from ("", *comment("#", f"{self.target}: {gap.wanted}. Now: {gap.now}", indent="  "))
                elif gap.now != before:  # one call that is denied leaves many rules undecided
                    yield from ("", *comment("#", gap.now, indent="  "))
                before = gap.now
                yield f"  {gap.rule}: {yaml_flow.dump(dict(gap.entry))}"


def fit(snapshot: Snapshot, target: Policy, name: str, now: datetime) -> Fit:
    """The policy that fits the account as of `now`. `name` is what the target is called in `extends`."""
    (report,) = evaluate([snapshot], target, now)
    short: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        if outcome.binding and outcome.outcome in ("fail", "unknown"):
            short.setdefault(outcome.rule, []).append(outcome)
    gaps = tuple(
        _gap(rule, target.rules[rule.id], short[rule.id], snapshot, now)
        for rule in target.all_rules
        if rule.id in short
    )
    return Fit(report.account, report.alias, name, _day(snapshot, now), gaps)


def _day(snapshot: Snapshot, now: datetime) -> str:
    """When the account was read; a snapshot may be an old one."""
    taken = re.match(r"\d{4}-\d\d-\d\d(?=T)", str(snapshot.raw(("taken_at",))), re.ASCII)
    return taken[0] if taken else now.astimezone(UTC).date().isoformat()


def _gap(rule: Rule[Any], want: RuleEntry, outcomes: Sequence[Outcome], snapshot: Snapshot, now: datetime) -> Gap:
    violated = [outcome for outcome in outcomes if outcome.outcome == "fail"]
    shown = (violated or outcomes)[0]
    kind: Kind = "violated" if violated else "undecided"
    entry = RuleEntry(level="advisory")
    ratchet = _ratchet(rule, want, shown.actual)
    if violated and not _is_trivial(rule, ratchet) and _holds(rule, ratchet, snapshot, now):
        changed = {name: value for name, value in ratchet.items() if name == "level" or value != dict(want).get(name)}
        kind, entry = "ratchet", cast(RuleEntry, changed)
    return Gap(
        rule.id,
        kind,
        entry,
        one_line(reason_of(shown.message)),
        one_line(shown.expected),
        shown.remediation,
    )


def _holds(rule: Rule[Any], entry: RuleEntry, snapshot: Snapshot, now: datetime) -> bool:
    """Whether the account keeps what the entry asks for."""
    if entry_fault(rule, entry) is not None:
        return False
    return all(found.outcome in ("pass", "skipped") for found in rule.judgements(snapshot, entry, now))


def _is_trivial(rule: Rule[Any], entry: RuleEntry) -> bool:
    """Return whether every account meets one of the values: as a limit it would only look like one."""
    return any(rule.is_trivial(name, value) for name, value in entry.items())


def _ratchet(rule: Rule[Any], want: RuleEntry, actual: Any) -> RuleEntry:
    """Return the wanted entry with today's value for each threshold."""
    current = {name: rule.ratchet[name](actual, value) for name, value in want.items() if name in rule.ratchet}
    thresholds = {name: actual for name in rule.thresholds if name in want}
    return cast(RuleEntry, {**want, **thresholds, **current})
