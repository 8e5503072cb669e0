"""Judge accounts by a policy without groups. Pure: the time is an argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from acctgate.evaluate.rule_judge import RuleJudge
from acctgate.evaluate.snapshot_age import age_notice, without_stale
from acctgate.evaluate.user_names import with_names
from acctgate.model.credential_report import SECTION as CREDENTIAL_REPORT
from acctgate.model.outcome import Outcome, verdict_of
from acctgate.model.report import AccountReport
from acctgate.model.setting_values import SettingReader, SettingValues
from acctgate.model.snapshot import Snapshot
from acctgate.policy.policy import Policy
from acctgate.rules.base import SettingRule

JudgeRule = Callable[[Sequence[SettingValues]], list[list[Outcome]]]
"""Takes the values in each of several accounts, and returns the outcomes of one rule for each of them."""


class Judge:
    """Judges accounts by one policy at one moment. Waivers are not applied."""

    def __init__(self, policy: Policy, now: datetime, rules: Sequence[JudgeRule] | None = None) -> None:
        """Prepare every rule of the policy.

        Args:
            policy: The policy to judge by, without groups.
            now: The time of judgement (with a time zone); the age of reports counts from it.
            rules: What judges each rule, in the policy's order, if not the policy alone decides.
        """
        self._policy, self._now = policy, now
        self._rules = rules or [RuleJudge(rule, policy, now) for rule in policy.all_rules]
        settings = [rule for rule in policy.all_rules if isinstance(rule, SettingRule)]
        self._read = SettingReader(name for rule in settings for name in rule.settings_for(policy.entry(rule.id)))

    def __call__(self, account: Snapshot) -> AccountReport:
        """Return the report on one account: the outcomes of all rules, in the policy's order."""
        [report] = self.judge_all([account])
        return report

    def judge_all(self, accounts: Sequence[Snapshot]) -> list[AccountReport]:
        """Return the report on each account.

        Each rule judges all of them before the next one does: its code and its cache then stay in the processor's.
        """
        judged = [without_stale(account, self._policy, self._now) for account in accounts]
        values = list(map(self._read, judged))
        by_rule = [judge(values) for judge in self._rules]
        by_account = list(zip(*by_rule, strict=True)) or [()] * len(judged)  # a policy may be without rules
        reports = map(self._report, judged, by_account)
        return [
            report if account is given else replace(report, stale=True)
            for report, account, given in zip(reports, judged, accounts, strict=True)
        ]

    def _report(self, account: Snapshot, by_rule: Sequence[list[Outcome]]) -> AccountReport:
        found = tuple(named(list(chain.from_iterable(by_rule)), account, self._policy, self._now))
        return AccountReport(
            account.account_id,
            verdict_of(found),
            found,
            account.alias,
            account.unreadable,
            account.taken_at,
            read_as=account.read_as,
            age_notice=age_notice(account, self._policy, self._now),
            not_read=account.not_read,
            member=account.member,
        )


def named(outcomes: list[Outcome], account: Snapshot, policy: Policy, now: datetime) -> list[Outcome]:
    """Return the outcomes with the names behind violations, if the policy or the command line asks for them."""
    wanted, document = policy.names_wanted, account.document
    in_snapshot = CREDENTIAL_REPORT in document or CREDENTIAL_REPORT in account.errors
    if wanted is False or (wanted is None and not in_snapshot):
        return outcomes
    return with_names(outcomes, account, policy, now)
