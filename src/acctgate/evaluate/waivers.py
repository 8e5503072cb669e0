"""How waivers stand: which count, which end soon, which have ended, which nobody needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from acctgate.model.outcome import Outcome, Result, WaiverNote
from acctgate.model.report import AccountReport
from acctgate.model.waiver import WaiverNotice, WaiverState
from acctgate.policy.policy import Policy, Waiver

WARNED: Final = timedelta(days=14)
"""How long before its last day a waiver is warned of."""
_FINDINGS: Final[tuple[Result, ...]] = ("fail", "unknown")


@dataclass(frozen=True, slots=True)
class Waiving:
    """The waivers of a policy on one day (UTC)."""

    waivers: Sequence[Waiver]
    today: date

    def __call__(self, outcome: Outcome, account: str | None) -> Outcome:
        """The outcome, waived where a waiver covers it; where one has ended, it says whose."""
        if outcome.outcome not in _FINDINGS:
            return outcome
        about = [waiver for waiver in self.waivers if waiver.covers(outcome.rule, account)]
        for waiver in about:
            if self.today <= waiver.expires:
                return _waived(outcome, waiver)
        for waiver in about:
            ended = f"the waiver by {waiver.owner} expired on {waiver.expires.isoformat()}"
            return replace(outcome, message=f"{outcome.message}; {ended}")
        return outcome


def _waived(outcome: Outcome, waiver: Waiver) -> Outcome:
    note = WaiverNote(waiver.reason, waiver.owner, waiver.expires.isoformat(), outcome.outcome)
    message = f"{outcome.message} (waived by {waiver.owner} until {note.expires}: {waiver.reason})"
    return replace(outcome, outcome="waived", message=message, waiver=note)


def day(now: datetime) -> date:
    """The day on which waivers count: that of UTC."""
    return now.astimezone(UTC).date()


class WaiverWatch:
    """Looks at reports as they pass, and then says which waivers want attention."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self._today = day(now)
        self._waivers = policy.waivers
        self._disabled = {rule for rule, entry in policy.rules.items() if entry["level"] == "disabled"}
        self._needed = set[int]()
        self._accounts = set[str | None]()

    def watch(self, reports: Iterable[AccountReport]) -> Iterable[AccountReport]:
        """The same reports, looked at."""
        return map(self._look, reports) if self._waivers else reports

    def _look(self, report: AccountReport) -> AccountReport:
        self._accounts.add(report.account)
        for outcome in report.outcomes:
            if outcome.outcome in _FINDINGS or outcome.waiver is not None:
                covering = (n for n, waiver in enumerate(self._waivers) if waiver.covers(outcome.rule, report.account))
                self._needed.update(covering)
        return report

    def notices(self) -> tuple[WaiverNotice, ...]:
        """The waivers that want attention, in the order of the policy."""
        states = ((waiver, self._state(number, waiver)) for number, waiver in enumerate(self._waivers))
        return tuple(_notice(waiver, state, self._today) for waiver, state in states if state is not None)

    def _state(self, number: int, waiver: Waiver) -> WaiverState | None:
        if waiver.expires < self._today:
            return "expired"
        if number not in self._needed and self._judged(waiver):
            return "unused"
        return "ending" if waiver.expires - self._today <= WARNED else None

    def _judged(self, waiver: Waiver) -> bool:
        """Whether what it is about was there to be judged. An account that was not looked at may well need it."""
        return bool(self._accounts) and (waiver.account is None or waiver.account in self._accounts)


def _notice(waiver: Waiver, state: WaiverState, today: date) -> WaiverNotice:
    about = f"the waiver of {waiver.rule} for {waiver.account or 'every account'} by {waiver.owner}"
    days = (waiver.expires - today).days
    when = "today is its last day" if days == 0 else f"{days} {'day' if days == 1 else 'days'} left"
    told = {
        "expired": f"{about} expired on {waiver.expires.isoformat()} and no longer counts: repair, renew or remove it",
        "ending": f"{about} ends on {waiver.expires.isoformat()} ({when}): repair or renew it",
        "unused": f"{about} is not needed: nothing that it covers is violated; remove it",
    }
    return WaiverNotice(
        state, waiver.rule, waiver.account, waiver.reason, waiver.owner, waiver.expires.isoformat(), told[state],
        waiver.place,
    )  # fmt: skip
