"""Judge one planned resource by itself, as the resource policies do while the program runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from acctgate.crossguard.judged_stack import findings
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Outcome
from acctgate.model.planned_change import PlannedChange
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.plan.comments import program_comments
from acctgate.plan.overlay import overlay
from acctgate.policy import Policy
from acctgate.policy.inline_waivers import Comment, inline_waivers
from acctgate.policy.waiver import Waiver
from acctgate.rules import Rule


class ResourceJudge:
    """Judges the resources of one run. What needs the account's groups or the outputs is left to the stack policy."""

    def __init__(self, policy: Policy, program: Path) -> None:
        """Judge by a policy. Waivers in comments are looked for in the folder of the program."""
        self._policy, self._program = policy, program
        self._reports: dict[tuple[str, bool, str | None], AccountReport] = {}
        self._comments: dict[str, tuple[Comment, ...]] = {}

    def forget(self) -> None:
        """Judge anew: a resource may have been declared again."""
        self._reports.clear()

    def findings(
        self, rule: Rule[Any], change: PlannedChange, account_of: Callable[[PlannedChange], str | None], now: datetime
    ) -> list[Outcome]:
        """Return a rule's findings on what a resource itself sets or clears.

        Args:
            rule: The rule.
            change: The resource.
            account_of: Returns the account that it is deployed to, None if that is not certain.
            now: The time of judgement (with a time zone).
        """
        if not any(map(change.changes, rule.planned_settings)):
            return []
        found = self._findings(rule, change, None, now)
        known = (*self._policy.all_waivers, *self._inline_waivers(change, "", now))
        waivers = [waiver for waiver in known if waiver.rule == rule.id]
        if found and any(waiver.account or waiver.group or waiver.inline for waiver in waivers):
            account = account_of(change)
            if account is None or any(waiver.group for waiver in waivers):
                return []  # a waiver may cover it: only the stack policy knows the account and its groups
            found = self._findings(rule, change, account, now)
        if any(rule.id in group.rules for group in self._policy.groups):  # the account may be in any group
            found = [outcome for outcome in found if outcome.outcome == "fail" and outcome.binding]
        return found

    def _findings(self, rule: Rule[Any], change: PlannedChange, account: str | None, now: datetime) -> list[Outcome]:
        """Return a rule's findings, without those that are unknown only of an import: the outputs show if it is one."""
        found = list(findings(self._report(change, account, now), rule.id))
        if change.perhaps_imported and any(each.outcome == "unknown" for each in found):
            create = replace(change, perhaps_imported=False)
            touches = any(map(create.changes, rule.planned_settings))  # else the stack policy judges the live value
            if not touches or not any(findings(self._report(create, account, now), rule.id)):
                return [each for each in found if each.outcome == "fail"]
        return found

    def _report(self, change: PlannedChange, account: str | None, now: datetime) -> AccountReport:
        """Return the report on a resource. It is meaningful for what the resource sets or clears."""
        key = (change.address, change.perhaps_imported, account)
        if key not in self._reports:  # each rule with a resource policy needs the same one
            inline = self._inline_waivers(change, account, now) if account else ()
            policy = replace(self._policy, waivers=(*self._policy.waivers, *inline))
            nothing_read = Snapshot.from_document({"version": 1, "account_id": account})
            [self._reports[key]] = evaluate([overlay(nothing_read, [change])], policy, now)
        return self._reports[key]

    def _inline_waivers(self, change: PlannedChange, account: str, now: datetime) -> tuple[Waiver, ...]:
        """Return the waivers in comments at a resource that is deployed to this account."""
        if not self._policy.inline_waivers or change.place is None:
            return ()
        if change.address not in self._comments:  # each rule with a resource policy needs them
            self._comments[change.address] = program_comments([change], self._program)
        comments = self._comments[change.address]
        return inline_waivers(comments, {change.address: [account]}, self._policy, now.astimezone(UTC).date())[0]
