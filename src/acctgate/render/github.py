"""GitHub workflow commands: an annotation for each finding, on the policy's line."""

from __future__ import annotations

from acctgate.model.outcome import Outcome, Place
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import DEFAULT_PLACE, Frame
from acctgate.render.findings import account_name, findings, level, printable, sentence, title
from acctgate.render.kept import ACCOUNT, kept

_WORDS = {"pass": "passed", "fail": "blocked", "unknown": "not provable"}


class GithubRenderer:
    """`--format github`"""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._kept = kept(self._command)

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """An error or a warning for each finding."""
        commands = "".join(map(self._kept, findings(report)))
        return commands.replace(ACCOUNT, _escaped(account_name(report)))

    def end(self, summary: Summary) -> str:
        """The waivers that want attention, and the verdict."""
        notices = []
        for notice in summary.waivers:
            place = notice.place or DEFAULT_PLACE
            notices.append(annotation("warning", place, f"waiver {notice.state}", printable(notice.message)))
        counts = ", ".join(f"{count} {name}" for name, count in summary.counts.items() if count)
        return f"{''.join(notices)}::notice title=acctgate::{_WORDS[summary.verdict]}: {counts}\n"

    def _command(self, outcome: Outcome) -> str:
        text = f"{sentence(outcome)}. {printable(outcome.remediation)}"
        return annotation(level(outcome), self._frame.place(outcome), title(outcome), text)


def annotation(level: str, place: Place, title: str, text: str) -> str:
    """One workflow command: error, warning or notice, on a line of a file. The text is printable."""
    where = f"file={_property(place.file)},line={place.line},title={_property(title)}"
    return f"::{level} {where}::{_escaped(text)}\n"


def _escaped(text: str) -> str:
    """Printable text that cannot end its command nor begin another: it has no line ends, and % could make one."""
    return text.replace("%", "%25")


def _property(text: str) -> str:
    return _escaped(printable(text)).replace(":", "%3A").replace(",", "%2C")
