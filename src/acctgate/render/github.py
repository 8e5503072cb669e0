"""GitHub workflow commands: an annotation for each finding, on the policy's line."""

from __future__ import annotations

from functools import lru_cache

from acctgate.inert_text import clean, without_commands
from acctgate.model.outcome import Outcome, Place
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import DEFAULT_PLACE, Frame, Renderer
from acctgate.render.findings import account_id, findings, level, sentence, title
from acctgate.render.words import VERDICTS


class GithubRenderer(Renderer):
    """`--format github`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._parts = lru_cache(maxsize=2048)(self._split)

    def account(self, report: AccountReport) -> str:
        """Return an error or a warning for each finding."""
        name = _data(account_id(report))
        return "".join([name.join(self._parts(outcome)) for outcome in findings(report, self.frame.places)])

    def end(self, summary: Summary) -> str:
        """Return the waivers needing attention, and the verdict."""
        waivers = [
            annotation(
                "warning", self.frame.from_root(notice.place or DEFAULT_PLACE), f"waiver {notice.state}", notice.message
            )
            for notice in summary.waivers
        ]
        counts = ", ".join(f"{count} {name}" for name, count in summary.counts.items() if count)
        lines = [*waivers, *self._overrides()]
        if summary.age_notice:
            lines.append(f"::notice title=acctgate%3A old snapshot::{_data(summary.age_notice)}\n")
        judged_by = self.frame.judged_by
        judged = f". Judged by {_data(judged_by.describe())}" if judged_by else ""
        return "".join([*lines, f"::notice title=acctgate::{VERDICTS[summary.verdict].en}: {counts}{judged}\n"])

    def _overrides(self) -> list[str]:
        """Return a warning for each value of the policy that an option overrides."""
        head = "::warning title=acctgate%3A policy overridden::"
        return [f"{head}{_data(override)}\n" for override in self.frame.overrides]

    def _split(self, outcome: Outcome) -> tuple[str, str]:
        """Return an annotation, split where the account's name goes.

        Cached by identity: accounts with the same values share their outcomes.
        """
        where = _where(level(outcome), self.frame.place(outcome), title(outcome))
        return f"{where}account ", f": {_data(f'{sentence(outcome)}. {outcome.remediation}')}\n"


def annotation(level: str, place: Place, title: str, text: str) -> str:
    """Return one workflow command that annotates a line of a file.

    Args:
        level: error, warning or notice.
        place: The file and line to annotate.
        title: The annotation's title.
        text: The annotation's message.
    """
    return f"{_where(level, place, title)}{_data(text)}\n"


def _where(level: str, place: Place, title: str) -> str:
    return f"::{level} file={_property(place.file)},line={place.line},title={_property(title)}::"


def _data(text: str) -> str:
    """Return one line that cannot end its command: GitHub decodes `%0A` to a line end."""
    return without_commands(clean(text)).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
