"""Send reports from a worker process to the main one, with each outcome only once: accounts share most of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport

_MOST_OUTCOMES: Final = 4_000
"""How many outcomes both sides remember, at least."""
_FIELDS: Final = attrgetter(*AccountReport.__slots__)
_OUTCOMES: Final = AccountReport.__slots__.index("outcomes")


class Message(NamedTuple):
    """Reports as they are sent."""

    starts_anew: bool
    """Whether the outcomes of earlier messages are forgotten."""
    outcomes: Sequence[Outcome]
    """The outcomes that earlier messages do not have. They are numbered in order over all messages."""
    reports: Sequence[list[Any]]
    """The fields of each report, with the numbers of its outcomes."""


class Sender:
    """The worker's side."""

    def __init__(self) -> None:
        self._numbers: dict[Outcome, int] = {}

    def pack(self, reports: Iterable[AccountReport]) -> Message:
        """Return reports as a message. Messages must be unpacked in the order in which they are packed."""
        starts_anew = len(self._numbers) > _MOST_OUTCOMES
        if starts_anew:
            self._numbers.clear()
        known = len(self._numbers)
        packed = [self._pack(report) for report in reports]
        return Message(starts_anew, list(self._numbers)[known:], packed)

    def _pack(self, report: AccountReport) -> list[Any]:
        numbers = self._numbers
        fields = list(_FIELDS(report))
        fields[_OUTCOMES] = [numbers.setdefault(outcome, len(numbers)) for outcome in report.outcomes]
        return fields


class Receiver:
    """The main process's side of one worker."""

    def __init__(self) -> None:
        self._outcomes: list[Outcome] = []

    def unpack(self, message: Message) -> Iterator[AccountReport]:
        """Yield the reports of a message."""
        if message.starts_anew:
            self._outcomes.clear()
        self._outcomes += message.outcomes
        for fields in message.reports:
            fields[_OUTCOMES] = tuple(map(self._outcomes.__getitem__, fields[_OUTCOMES]))
            yield AccountReport(*fields)
