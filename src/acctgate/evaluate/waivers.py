"""Apply the waivers of a policy, and report those that need attention. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.credential_report import is_same_user
from acctgate.model.outcome import Outcome, Result, WaiverNote
from acctgate.model.report import AccountReport
from acctgate.model.waiver_notice import WaiverNotice, WaiverState
from acctgate.policy.policy import Policy
from acctgate.policy.waiver import Waiver
from acctgate.rules import account_identity
from acctgate.text import plural

WARNING_PERIOD: Final = timedelta(days=14)
"""How long before its last day a waiver is reported as ending."""
EXPIRED: Final = Words("the waiver by {} expired on {}", "{} 的豁免已于 {} 到期")
_OTHER_ACCOUNTS: Final = Words(
    "the waiver by {} does not apply: --account names other accounts", "{} 的豁免未适用：--account 指定了其他账号"
)
_OTHER_STACK: Final = Words("the waiver for stack {} does not apply: {}", "针对堆栈 {} 的豁免未适用：{}")
_NOT_FOR_USERS: Final = Words("waivers for users do not apply: {}", "针对用户的豁免未适用：{}")
_NAMES_OFF: Final = Bilingual(
    "names are off; use --names, or set names in the policy", "没有启用用户名称；请使用 --names，或在策略中设置 names"
)
_UNEXPLAINED: Final = Bilingual("the names do not explain the value", "这些名称不能解释该数值")
_SOME_USERS: Final = Words(
    "they cover {} of the {} users who are or may be behind the finding", "只覆盖了 {1} 个相关或可能相关用户中的 {0} 个"
)
_WAIVED: Final = Words("{} (waived by {}{} until {}: {})", "{}（由 {} {}豁免至 {}：{}）")
_ABOUT: Final = Words("the waiver of {} for {} by {}", "{2} 对 {0} 的豁免（{1}）")
_WITH_TICKET: Final = Words("{} (ticket {})", "{}（工单 {}）")
_HAS_EXPIRED: Final = Words(
    "{} expired on {} and no longer counts: repair, renew or remove it", "{}已于 {} 到期，不再有效：请修复、续期或移除"
)
_UNPROVEN: Final = Words("{} does not apply: {}", "{}未适用：{}")
_ENDING: Final = Words("{} ends on {} ({}): repair or renew it", "{}将于 {} 到期（{}）：请修复或续期")
_UNUSED: Final = Words(
    "{} is not needed: nothing that it covers is violated; remove it", "{}不再需要：它覆盖的内容没有违规；请移除"
)
_FINDINGS: Final[tuple[Result, ...]] = ("fail", "unknown")


class Waivers:
    """The waivers of a policy on one day (UTC). It remembers which of them the accounts need."""

    def __init__(
        self, policy: Policy, now: datetime, inline: Sequence[Waiver] = (), refused: tuple[WaiverNotice, ...] = ()
    ) -> None:
        """Prepare to apply the waivers.

        Args:
            policy: The policy.
            now: The time of judgement.
            inline: Waivers in comments of the program.
            refused: Notices of comments that waive nothing.
        """
        self._refused = refused
        self._today = now.astimezone(UTC).date()
        self._stack, self._expected = policy.stack, policy.expected_accounts
        self._waivers = (*policy.all_waivers, *inline)
        self._needed = set[int]()
        self._unproven = dict[int, str]()
        """Waivers for a user or a stack that do not apply though they may cover a finding, with the reason."""
        self._accounts = set[str | None]()
        self._groups = set[str]()

    def apply(self, report: AccountReport) -> AccountReport:
        """Return the report with every finding waived that a waiver covers.

        A finding whose waiver has expired stays, and its message says so.
        """
        if not self._waivers:
            return report
        self.observe(report)
        return report.map_outcomes(lambda outcomes: tuple(self._apply(each, report) for each in outcomes))

    def observe(self, report: AccountReport) -> AccountReport:
        """Note which waivers a report needs, and return it unchanged. Its waivers may be applied already."""
        self._accounts.add(report.account)
        self._groups.update(report.groups)
        controls = (outcome for framework in report.frameworks for outcome in framework.outcomes)
        for outcome in (*report.outcomes, *controls):
            if outcome.outcome in _FINDINGS or outcome.waiver is not None:
                self._observe(outcome, report)
        return report

    def _observe(self, outcome: Outcome, report: AccountReport) -> None:
        covering = list(self._covering(outcome, report))
        self._needed.update(number for number, _ in covering)
        if outcome.waiver is not None:
            return
        current = self._current((waiver for _, waiver in covering), outcome, report)
        reason = _unproven(outcome, current, report.account)
        for number, waiver in covering:
            if reason and waiver in current and waiver.user is not None:
                self._unproven.setdefault(number, reason)
            elif not waiver.holds_in(self._stack) and (reason or not current):
                self._unproven.setdefault(number, self._elsewhere)

    def notices(self) -> tuple[WaiverNotice, ...]:
        """Return the waivers that need attention, in the policy's order. Call it after the last account."""
        states = ((number, waiver, self._state(number, waiver)) for number, waiver in enumerate(self._waivers))
        found = tuple(
            _notice(waiver, state, self._today, self._unproven.get(number, ""))
            for number, waiver, state in states
            if state is not None
        )
        return (*found, *self._refused)

    def _apply(self, outcome: Outcome, report: AccountReport) -> Outcome:
        if outcome.outcome not in _FINDINGS:
            return outcome
        covering = [waiver for _, waiver in self._covering(outcome, report)]
        current = self._current(covering, outcome, report)
        for waiver in current:
            if waiver.user is None:
                return _waived(outcome, [waiver])
        reason = _unproven(outcome, current, report.account)
        if current and reason is None:
            return _waived(outcome, current)
        note = fill(_NOT_FOR_USERS, reason) if reason else self._why_not(covering)
        return replace(outcome, message=join(Words("; ", "；"), (outcome.message, note))) if note else outcome

    def _why_not(self, covering: Iterable[Waiver]) -> str | None:
        """Return why the first of the waivers that would cover a finding does not; None if there is none."""
        for waiver in covering:
            if not self._is_current(waiver):
                return fill(EXPIRED, waiver.owner, waiver.expires.isoformat())
            if waiver.holds_in(self._stack):
                return fill(_OTHER_ACCOUNTS, waiver.owner)
            return fill(_OTHER_STACK, str(waiver.stack), self._elsewhere)
        return None

    @property
    def _elsewhere(self) -> str:
        """Why a waiver for a stack does not apply here."""
        if self._stack is None:
            return Bilingual("the stack is unknown", "堆栈未知")
        return Bilingual(f"this is stack {self._stack}", f"当前堆栈是 {self._stack}")

    def _covering(self, outcome: Outcome, report: AccountReport) -> Iterator[tuple[int, Waiver]]:
        for number, waiver in enumerate(self._waivers):
            covers = waiver.covers(outcome.rule, report.account, report.groups)
            if covers and _may_count(waiver, outcome, report.account):
                yield number, waiver

    def _current(self, waivers: Iterable[Waiver], outcome: Outcome, report: AccountReport) -> list[Waiver]:
        """Return the waivers that apply today and in this stack. None makes up for another account than `--account`."""
        if outcome.rule == account_identity.RULE.id and self._expected and report.account not in self._expected:
            return []
        return [waiver for waiver in waivers if self._is_current(waiver) and waiver.holds_in(self._stack)]

    def _is_current(self, waiver: Waiver) -> bool:
        return self._today <= waiver.expires

    def _state(self, number: int, waiver: Waiver) -> WaiverState | None:
        if waiver.expires < self._today:
            return "expired"
        if number in self._unproven:
            return "unproven"
        if number not in self._needed and self._was_judged(waiver):
            return "unused"
        return "ending" if waiver.expires - self._today <= WARNING_PERIOD else None

    def _was_judged(self, waiver: Waiver) -> bool:
        """Return whether an account that the waiver covers was judged in its stack. Any other may still need it."""
        if not waiver.holds_in(self._stack):
            return False
        if waiver.group is not None and waiver.group not in self._groups:
            return False
        return bool(self._accounts) and (waiver.account is None or waiver.account in self._accounts)


def _may_count(waiver: Waiver, outcome: Outcome, account: str | None) -> bool:
    """Return whether a waiver may be about a finding: it names no user, or one who is or may be behind the finding."""
    if waiver.user is None or outcome.names is None:
        return True
    return any(is_same_user(name, waiver.user, account) for name in (*outcome.names, *outcome.possible_names))


def _unproven(outcome: Outcome, waivers: Sequence[Waiver], account: str | None) -> str | None:
    """Return why waivers for users do not cover a finding, None if they do, or if one covers the whole finding.

    They cover a violation only if all users behind it are waived, and nobody else can be behind it. The reason names
    nobody, because messages go to logs.
    """
    users = [waiver.user for waiver in waivers if waiver.user is not None]
    if not users or len(users) < len(waivers):
        return None
    if outcome.outcome != "fail":
        return Bilingual("the finding is unknown", "该结果无法判定")
    if outcome.names is None:
        return outcome.names_note or _NAMES_OFF
    if not outcome.names_match or not outcome.names:
        return outcome.names_note or _UNEXPLAINED
    behind = (*outcome.names, *outcome.possible_names)
    covered = sum(any(is_same_user(name, user, account) for user in users) for name in behind)
    if covered < len(behind):
        return fill(_SOME_USERS, f"{covered:,}", f"{len(behind):,}")
    return None


def _waived(outcome: Outcome, waivers: Sequence[Waiver]) -> Outcome:
    """Return a waived finding. Waivers for several users share a note, which ends with the first of them."""
    waiver = min(waivers, key=lambda each: each.expires)
    if len(waivers) > 1:
        reasons = "; ".join(dict.fromkeys(each.reason for each in waivers))
        owners = ", ".join(dict.fromkeys(each.owner for each in waivers))
        tickets = ", ".join(dict.fromkeys(each.ticket for each in waivers if each.ticket))
        stacks = ", ".join(dict.fromkeys(each.stack for each in waivers if each.stack))
        waiver = replace(waiver, reason=reasons, owner=owners, ticket=tickets or None, stack=stacks or None)
    expires = waiver.expires.isoformat()
    note = WaiverNote(waiver.reason, waiver.owner, expires, outcome.outcome, waiver.ticket, waiver.stack)
    where = Bilingual(f" in {waiver.place}", f"在 {waiver.place} 中") if waiver.inline and waiver.place else ""
    message = fill(_WAIVED, outcome.message, waiver.owner, where, note.expires, note.tracked_reason)
    return replace(outcome, outcome="waived", message=message, waiver=note)


def _notice(waiver: Waiver, state: WaiverState, today: date, reason: str) -> WaiverNotice:
    about = fill(_ABOUT, waiver.rule, waiver.scope, waiver.owner)
    about = fill(_WITH_TICKET, about, waiver.ticket) if waiver.ticket else about
    days, last = (waiver.expires - today).days, waiver.expires.isoformat()
    left = Bilingual("today is its last day", "今天是最后一天")
    if days:
        left = Bilingual(f"{plural(days, 'day')} left", f"还剩 {days:,} 天")
    messages: dict[WaiverState, str] = {
        "expired": fill(_HAS_EXPIRED, about, last),
        "unproven": fill(_UNPROVEN, about, reason),
        "ending": fill(_ENDING, about, last, left),
        "unused": fill(_UNUSED, about),
    }
    return WaiverNotice(
        state,
        waiver.rule,
        waiver.account,
        waiver.reason,
        waiver.owner,
        last,
        messages[state],
        waiver.place,
        waiver.ticket,
    )
