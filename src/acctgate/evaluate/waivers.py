"""Apply the waivers of a policy, and say which of them need attention. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from acctgate.model.outcome import Outcome, Result, WaiverNote
from acctgate.model.report import AccountReport, verdict_of
from acctgate.model.waiver import WaiverNotice, WaiverState
from acctgate.policy.policy import Policy, Waiver

WARNING_PERIOD: Final = timedelta(days=14)
"""How long before its last day a waiver is reported as ending."""
_FINDINGS: Final[tuple[Result, ...]] = ("fail", "unknown")


class Waivers:
    """The waivers of a policy on one day (UTC). It remembers which of them the accounts need."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self._today = now.astimezone(UTC).date()
        self._waivers = policy.all_waivers
        self._needed = set[int]()
        self._accounts = set[str | None]()
        self._groups = set[str]()

    def apply(self, report: AccountReport) -> AccountReport:
        """Return the report with every finding waived that a waiver covers.

        A finding whose waiver has expired stays, and its message says so.
        """
        if not self._waivers:
            return report
        self.observe(report)
        outcomes = tuple(self._apply(outcome, report) for outcome in report.outcomes)
        return replace(report, outcomes=outcomes, verdict=verdict_of(outcomes))

    def observe(self, report: AccountReport) -> AccountReport:
        """Note which waivers a report needs, and return it unchanged. Its waivers may be applied already."""
        self._accounts.add(report.account)
        self._groups.update(report.groups)
        for outcome in report.outcomes:
            if outcome.outcome in _FINDINGS or outcome.waiver is not None:
                self._needed.update(number for number, _ in self._covering(outcome, report))
        return report

    def notices(self) -> tuple[WaiverNotice, ...]:
        """Return the waivers that need attention, in the policy's order. Call it after the last account."""
        states = ((waiver, self._state(number, waiver)) for number, waiver in enumerate(self._waivers))
        return tuple(_notice(waiver, state, self._today) for waiver, state in states if state is not None)

    def _apply(self, outcome: Outcome, report: AccountReport) -> Outcome:
        if outcome.outcome not in _FINDINGS:
            return outcome
        covering = [waiver for _, waiver in self._covering(outcome, report)]
        for waiver in covering:
            if self._today <= waiver.expires:
                return _waived(outcome, waiver)
        for waiver in covering:
            expired = f"the waiver by {waiver.owner} expired on {waiver.expires.isoformat()}"
            return replace(outcome, message=f"{outcome.message}; {expired}")
        return outcome

    def _covering(self, outcome: Outcome, report: AccountReport) -> Iterator[tuple[int, Waiver]]:
        for number, waiver in enumerate(self._waivers):
            if waiver.covers(outcome.rule, report.account, report.groups):
                yield number, waiver

    def _state(self, number: int, waiver: Waiver) -> WaiverState | None:
        if waiver.expires < self._today:
            return "expired"
        if number not in self._needed and self._was_judged(waiver):
            return "unused"
        return "ending" if waiver.expires - self._today <= WARNING_PERIOD else None

    def _was_judged(self, waiver: Waiver) -> bool:
        """Return whether an account that the waiver covers was judged. Any other may still need it."""
        if waiver.group is not None and waiver.group not in self._groups:
            return False
        return bool(self._accounts) and (waiver.account is None or waiver.account in self._accounts)


def _waived(outcome: Outcome, waiver: Waiver) -> Outcome:
    note = WaiverNote(waiver.reason, waiver.owner, waiver.expires.isoformat(), outcome.outcome, waiver.ticket)
    message = f"{outcome.message} (waived by {waiver.owner} until {note.expires}: {note.tracked_reason})"
    return replace(outcome, outcome="waived", message=message, waiver=note)


def _notice(waiver: Waiver, state: WaiverState, today: date) -> WaiverNotice:
    about = f"the waiver of {waiver.rule} for {waiver.scope} by {waiver.owner}"
    about += f" (ticket {waiver.ticket})" if waiver.ticket else ""
    days, last = (waiver.expires - today).days, waiver.expires.isoformat()
    when = "today is its last day" if days == 0 else f"{days} {'day' if days == 1 else 'days'} left"
    messages: dict[WaiverState, str] = {
        "expired": f"{about} expired on {last} and no longer counts: repair, renew or remove it",
        "ending": f"{about} ends on {last} ({when}): repair or renew it",
        "unused": f"{about} is not needed: nothing that it covers is violated; remove it",
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
