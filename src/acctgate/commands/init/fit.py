"""Fit a policy to an account as it is: nothing blocks today, and nothing that the policy requires may get worse.

The policy extends the target, a preset, so the file lists only the rules that the account does not satisfy. A rule
with a threshold stays mandatory at today's value (a ratchet). A rule without one, or an unknown one, is advisory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal, cast

from acctgate.diff.policies import compare_policies
from acctgate.evaluate.pipeline import evaluate
from acctgate.fix.targets.base import comment
from acctgate.model.account_id import is_account_id
from acctgate.model.outcome import Outcome, reason_of
from acctgate.model.snapshot import Snapshot
from acctgate.policy import PRESETS, Policy, PolicyError, entry_fault, load_policy, yaml_flow
from acctgate.redact import one_line
from acctgate.rules import account_identity
from acctgate.rules.base import Rule, RuleEntry
from acctgate.text import and_more

Kind = Literal["ratchet", "violated", "unknown"]
"""Why an entry differs from the target: today's value is the limit, the rule is violated, or it is unknown."""

_HEADINGS: Final[dict[Kind, str]] = {
    "ratchet": "Mandatory at today's value: it can only get better. Tighten it as the account does.",
    "violated": "Failing, with no threshold to hold: advisory. Delete the line once the account complies.",
    "unknown": "Unknown today: advisory. Delete the line once it is known.",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule that the account does not satisfy, and the entry that it satisfies."""

    rule: str
    kind: Kind
    entry: RuleEntry
    """The rule's entry in the fitted policy."""
    now: str
    """The present state in one line, without secrets."""
    wanted: str
    """What the target requires, in words."""
    remediation: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A policy that fits an account."""

    account: str | None
    alias: str | None
    target: str
    """The preset that the policy extends."""
    day: str
    """The day when the account was read: YYYY-MM-DD, UTC."""
    gaps: tuple[Gap, ...]
    """In the order of the rules."""
    expected_accounts: tuple[str, ...] = ()
    """The IDs of the accounts that the policy is for. Empty if the account has none."""

    def text(self) -> str:
        """Return the policy file (YAML)."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        account = " ".join(filter(None, ("account", self.account or "(unnamed)", self.alias and f"({self.alias})")))
        yield from comment("#", f"Fitted by `acctgate init` to {account} as of {self.day}: nothing blocks.")
        yield from comment(
            "#", f"Rules that are not listed are those of {self.target}. `acctgate explain RULE` describes a rule."
        )
        yield from ("version: 1", f"extends: {self.target}")
        if self.gaps or self.expected_accounts:
            yield "rules:"
        if self.expected_accounts:
            yield from comment("#", "The expected account: a verdict on another one is a violation.", indent="  ")
            yield f"  {account_identity.RULE.id}: {{accounts: {json.dumps(list(self.expected_accounts))}}}"
        for kind, heading in _HEADINGS.items():
            gaps = [gap for gap in self.gaps if gap.kind == kind]
            if gaps:
                yield from ("", *comment("#", heading, indent="  "))
            before = None
            for gap in gaps:
                if kind != "unknown":
                    yield from ("", *comment("#", f"{self.target}: {gap.wanted}. Now: {gap.now}", indent="  "))
                elif gap.now != before:  # one denied call makes many rules unknown
                    yield from ("", *comment("#", gap.now, indent="  "))
                before = gap.now
                yield f"  {gap.rule}: {yaml_flow.dump(dict(gap.entry))}"


def fit(snapshot: Snapshot, target: Policy, name: str, now: datetime, expected: Iterable[str] = ()) -> Fit:
    """Return the policy that fits the account.

    Args:
        snapshot: The account.
        target: The policy to satisfy in the end.
        name: Its name in `extends`.
        now: The time of judgement (with a time zone).
        expected: The IDs of further accounts that the policy is for.
    """
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
    accounts = dict.fromkeys([report.account, *expected]) if report.account else {}
    return Fit(report.account, report.alias, name, _day(snapshot, now), gaps, tuple(filter(is_account_id, accounts)))


def prove(fitted: Fit, account: Snapshot, now: datetime) -> Policy:
    """Load the fitted policy from a file and judge the account by it. It must pass.

    Returns:
        The policy.

    Raises:
        PolicyError: It cannot be loaded, or it would block.
    """
    with TemporaryDirectory(prefix="acctgate-") as folder:
        (file := Path(folder) / "policy.yaml").write_text(fitted.text(), encoding="utf-8", newline="\n")
        try:
            policy = load_policy(file)
            (report,) = evaluate([account], policy, now)
        except PolicyError as error:
            raise PolicyError(f"the fitted policy cannot be loaded: {error} (this is a bug in acctgate)") from None
    blocking = [outcome for outcome in report.outcomes if outcome.binding and outcome.outcome in ("fail", "unknown")]
    if blocking:
        what = f"{blocking[0].rule}: {blocking[0].message}"
        raise PolicyError(f"the fitted policy would block: {what} (this is a bug in acctgate)")
    return policy


def reason_to_keep(present: Path, fitted: Policy, now: datetime) -> str | None:
    """Return why an earlier run's policy is kept, None if it is replaced.

    A fitted policy holds today's values, so an account that got worse would loosen it unnoticed.

    Args:
        present: The file that an earlier run wrote.
        fitted: The policy that fits the account now.
        now: The time of judgement (with a time zone).

    Returns:
        Empty if both require the same.

    Raises:
        PolicyError: The present policy cannot be loaded.
    """
    changes = compare_policies(load_policy(present), fitted, now.date())
    loosened = [change.rule for change in changes if change.loosened]
    if loosened:
        return f"the account now needs a looser policy: {loosened[0]}{and_more(len(loosened) - 1)}"
    return None if changes else ""


def present_preset(present: Path) -> str | None:
    """Return the preset that an earlier run's policy extends, None if it cannot be read."""
    try:
        found = re.search(r"^extends: (\S+)$", present.read_text(encoding="utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        return None
    return found[1] if found and found[1] in PRESETS else None


def _day(snapshot: Snapshot, now: datetime) -> str:
    """Return the day when the account was read. A snapshot may be old."""
    taken = re.match(r"\d{4}-\d\d-\d\d(?=T)", str(snapshot.raw(("taken_at",))), re.ASCII)
    return taken[0] if taken else now.astimezone(UTC).date().isoformat()


def _gap(rule: Rule[Any], want: RuleEntry, outcomes: Sequence[Outcome], snapshot: Snapshot, now: datetime) -> Gap:
    violated = [outcome for outcome in outcomes if outcome.outcome == "fail"]
    shown = (violated or outcomes)[0]
    kind: Kind = "violated" if violated else "unknown"
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
    """Return whether the account satisfies the entry."""
    if entry_fault(rule, entry) is not None:
        return False
    return all(found.outcome in ("pass", "skipped") for found in rule.judgements(snapshot, entry, now))


def _is_trivial(rule: Rule[Any], entry: RuleEntry) -> bool:
    """Return whether every account satisfies one of the values, which is then not a limit."""
    return any(rule.is_trivial(name, value) for name, value in entry.items())


def _ratchet(rule: Rule[Any], want: RuleEntry, actual: Any) -> RuleEntry:
    """Return the wanted entry with today's value for each threshold."""
    current = {name: rule.ratchet[name](actual, value) for name, value in want.items() if name in rule.ratchet}
    thresholds = {name: actual for name in rule.thresholds if name in want}
    return cast(RuleEntry, {**want, **thresholds, **current})
