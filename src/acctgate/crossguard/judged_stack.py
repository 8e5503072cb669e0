"""The verdict on the accounts of a stack as they will be after the deploy, and how violations are worded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from acctgate.crossguard.stack_accounts import StackAccount
from acctgate.evaluate.pipeline import Evaluation
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import Outcome, reason_of
from acctgate.model.preference_keys import BY_SETTING
from acctgate.model.report import AccountReport, Summary
from acctgate.model.snapshot import Snapshot
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.redact import one_line
from acctgate.render import Frame
from acctgate.render.json import JsonRenderer
from acctgate.rules import Rule


class Violation(NamedTuple):
    """A finding in the engine's output, and the resource that it is shown on."""

    message: str
    urn: str | None


@dataclass(frozen=True, slots=True)
class JudgedAccount:
    """An account's report, with what connects it to the stack."""

    report: AccountReport
    snapshot: Snapshot
    """The account after the deploy."""
    urns: Mapping[str, str]
    """Section → the data source that read it."""

    def violations(self, rule: Rule[Any], *, binding: bool | None = None) -> Iterator[Violation]:
        """Yield the findings of a rule; with `binding`, only those that are binding, or only the others."""
        for outcome in findings(self.report, rule.id):
            if binding not in (None, outcome.binding):
                continue
            yield Violation(sentence(self.report.account, outcome), self.violating_urn(rule, outcome))

    def violating_urn(self, rule: Rule[Any], outcome: Outcome) -> str | None:
        """Return the planned resource if it decides the outcome, else the data source that read the section."""
        settings = rule.planned_settings if outcome.setting == rule.setting else (outcome.setting,)
        notes = self.snapshot.notes
        planned = [name for name in settings if name not in BY_SETTING or BY_SETTING[name].path in notes]
        for change in self.snapshot.planned or ():
            if any(map(change.touches, planned)):
                return change.address
        for other in self.snapshot.moved:
            if other.operation != "delete" and (rule.is_moved(other) or any(map(other.touches, planned))):
                return other.address
        return self.urns.get(outcome.setting.partition(".")[0].partition("[")[0])


@dataclass(frozen=True, slots=True)
class JudgedStack:
    """The verdict on all accounts of a stack."""

    accounts: tuple[JudgedAccount, ...] = ()
    notices: tuple[WaiverNotice, ...] = ()
    """The waivers that need attention."""

    @classmethod
    def of(cls, reports: Iterable[AccountReport], evaluation: Evaluation, stack: Sequence[StackAccount]) -> JudgedStack:
        """Return the verdict of an evaluation of the accounts of a stack. `reports` are its reports, with repairs."""
        urns = [account.urns for account in stack] + [{}] * len(evaluation.accounts)
        judged = tuple(JudgedAccount(*each) for each in zip(reports, evaluation.accounts, urns, strict=False))
        return cls(judged, evaluation.notices())

    def render(self, judged_by: JudgedBy) -> str:
        """Return the whole report, passes included (JSON, version 1)."""
        renderer, summary = JsonRenderer(Frame(judged_by=judged_by)), Summary()
        summary.waivers = self.notices
        parts = [renderer.begin()]
        for account in self.accounts:
            summary.add(account.report)
            parts.append(renderer.account(account.report))
        return "".join([*parts, renderer.end(summary)])


def findings(report: AccountReport, rule: str) -> Iterator[Outcome]:
    """Yield the outcomes of a rule that are findings: fail or unknown."""
    return (each for each in report.outcomes if each.rule == rule and each.outcome in ("fail", "unknown"))


def sentence(account: str | None, outcome: Outcome) -> str:
    """Return an outcome as one line for the engine's output."""
    name = f"account {one_line(account)}: " if account else ""
    message = one_line(outcome.message)
    if outcome.outcome == "unknown":  # the engine has violations only: the text shows that this one is not proven
        message = f"not provable: {reason_of(message)}"
    return f"{name}{message}; expected {one_line(outcome.expected)}. {outcome.remediation}"
