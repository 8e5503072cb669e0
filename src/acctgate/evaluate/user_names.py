"""Name the users behind violations, from the account's credential report. Pure.

Names explain an outcome; they never change it. No message of an outcome contains one, because messages go to logs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from acctgate.evaluate.snapshot_age import is_fresh
from acctgate.language import Bilingual, Words, fill, join
from acctgate.log import trace
from acctgate.model.credential_report import MAX_AGE, ROOT, SECTION, with_hashed_names
from acctgate.model.outcome import Outcome
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.policy.policy import Policy
from acctgate.rules.base import Rule
from acctgate.rules.support.users_behind import Behind, Share
from acctgate.text import plural
from acctgate.times import MAX_CLOCK_SKEW, describe_duration, parse_time

_BY_REPORT: Final = Words("by the credential report of {}: {}", "按 {} 的凭证报告：{}")
_UNKNOWN_USERS: Final = Words("it is not known how many RAM users there are: {}", "不知道有多少个 RAM 用户：{}")
_UNKNOWN_AGE: Final = Bilingual(
    "it is not known how old the credential report was when the account was read",
    "不知道读取账号时凭证报告是多久之前的",
)
_OLD: Final = Words("the credential report was {} old when the account was read", "读取账号时，凭证报告已有 {}")
_DIFFERENCE: Final = Words(
    "the credential report {}, the practice report counts {}", "凭证报告{}，安全报告统计为 {} 个"
)
_MAY_MATCH: Final = Words(
    "{} may match: the report has no column user_last_logon", "{}可能符合：报告没有 user_last_logon 列"
)
_MAY_COUNT: Final = Words(
    "{} may be counted: the AccessKey pair is inactive, or its use is not known",
    "{}可能被统计：AccessKey 未启用，或使用情况未知",
)
_RAM_USERS: Final = ("AccountSecurityPracticeInfo", "AccountSecurityPracticeUserInfo", "SubUser")
"""How many RAM users the practice report counts."""


def with_names(outcomes: Sequence[Outcome], account: Snapshot, policy: Policy, now: datetime) -> list[Outcome]:
    """Return the outcomes; each violation with the names behind it, or why they are unknown.

    Args:
        outcomes: The outcomes of the account.
        account: The account, as it is judged.
        policy: It says whether names are hashed.
        now: The time of judgement (with a time zone). What a stack's data sources have read is as new.
    """
    rules = {rule.id: rule for rule in policy.all_rules if rule.behind is not None}
    if not any(each.outcome == "fail" and each.rule in rules for each in outcomes):
        return list(outcomes)
    report = _credential_report(account)
    if not isinstance(report, Unknown) and policy.names_wanted == "hash":
        report = with_hashed_names(report, account.account_id)
    namer = _Namer(account, report, now)
    return [namer.with_names(each, rules[each.rule]) if each.rule in rules else each for each in outcomes]


def _credential_report(account: Snapshot) -> Mapping[str, Any] | Unknown:
    """Return the credential report, `Unknown` if any part of it is invalid."""
    found: Mapping[str, Any] | Unknown = account.read((SECTION,))
    if isinstance(found, Unknown):
        return found
    return next((Unknown(reason) for path, reason in account.problems.items() if path[0] == SECTION), found)


@dataclass(frozen=True, slots=True)
class _Namer:
    """Adds names to the violations of an account."""

    account: Snapshot
    report: Mapping[str, Any] | Unknown
    """The credential report."""
    now: datetime

    def with_names(self, outcome: Outcome, rule: Rule[Any]) -> Outcome:
        """Return a violation with the names behind it."""
        if outcome.outcome != "fail" or rule.behind is None:
            return outcome
        if isinstance(self.report, Unknown):
            return _unknown(outcome, self.report.reason)
        try:
            return self._named(outcome, rule, rule.behind, self.report)
        except (Exception, SystemExit) as error:  # a user's own rule
            trace(f"{rule.id} raised", error)
            return _unknown(outcome, fill(Words("the rule raised {}", "规则抛出 {}"), type(error).__name__))

    def _named(self, outcome: Outcome, rule: Rule[Any], behind: Behind, report: Mapping[str, Any]) -> Outcome:
        at = parse_time(report["GeneratedTime"])
        shares = behind.shares(report["Users"], at)
        certain = sum(share.certain for share in shares.values())
        doubts = [
            *_difference(behind, certain, outcome.actual),
            *(self._population(behind, report["Users"]) if behind.count else ()),
            *self._age(at),
            *self._moved(rule),
        ]
        meaning = fill(_BY_REPORT, report["GeneratedTime"], Bilingual(*behind.criterion))
        return replace(
            outcome,
            names=tuple(name for name, share in shares.items() if share.certain),
            possible_names=tuple(name for name, share in shares.items() if not share.certain),
            names_match=not doubts,
            names_note=join(Words("; ", "；"), [meaning, *doubts, *_possible(behind, shares)]),
        )

    def _population(self, behind: Behind, users: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Yield why the credential report may not show the same RAM users as the practice report.

        If it lacks a user whom the practice report counts, and has one who is gone, the numbers behind a violation can
        agree though the users do not.
        """
        if behind.root:
            return
        counted, shown = self.account.read(_RAM_USERS), sum(user["User"] != ROOT for user in users)
        if isinstance(counted, Unknown):
            yield fill(_UNKNOWN_USERS, counted.reason)
        elif counted != shown:
            english = f"the credential report has {plural(shown, 'RAM user')}, the practice report {counted:,}"
            yield Bilingual(english, f"凭证报告有 {shown:,} 个 RAM 用户，安全报告有 {counted:,} 个")

    def _age(self, generated: datetime) -> Iterator[str]:
        """Yield why the report may not be about the time at which the account was read."""
        try:
            taken = self.now if is_fresh(self.account) else parse_time(self.account.taken_at or "")
        except ValueError:
            yield _UNKNOWN_AGE
            return
        age = taken - generated
        if age > MAX_AGE + MAX_CLOCK_SKEW:
            yield fill(_OLD, describe_duration(age))
        elif age < -MAX_CLOCK_SKEW:
            yield Bilingual("the credential report is newer than the account", "凭证报告比账号数据新")

    def _moved(self, rule: Rule[Any]) -> Iterator[str]:
        """Yield that planned resources can change the count: the report shows the users before the deployment."""
        if any(map(rule.is_moved, self.account.moved)):
            yield Bilingual("the deployment changes who is counted", "部署会改变被统计的用户")


def _unknown(outcome: Outcome, reason: str) -> Outcome:
    return replace(outcome, names_note=fill(Words("the names are unknown: {}", "用户名称未知：{}"), reason))


def _difference(behind: Behind, certain: int, actual: Any) -> Iterator[str]:
    if behind.count is None:
        yield Bilingual("the value counts no users", "该数值不是用户数")
        return
    count = behind.count(actual)
    if certain != count:
        shown = Bilingual(f"shows {certain:,}", f"显示 {certain:,} 个")
        named = Bilingual(f"names {plural(certain, 'user')}", f"列出 {certain:,} 个用户")
        yield fill(_DIFFERENCE, shown if behind.root else named, f"{count:,}")


def _possible(behind: Behind, shares: Mapping[str, Share]) -> Iterator[str]:
    number = sum(share.possible > share.certain for share in shares.values())
    if number:
        names = Bilingual(plural(number, "more name"), f"另有 {number:,} 个名称")
        yield fill(_MAY_MATCH if behind.count is None else _MAY_COUNT, names)
