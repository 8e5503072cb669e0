"""GitHub workflow commands: an annotation for each finding, on the policy's line."""

from __future__ import annotations

from acctgate.render.findings import DEFAULT_PLACE, account_name, findings, level, printable, sentence, title
from acctgate.render.kept import ACCOUNT, kept
from acctgate.report import AccountReport, Outcome, Places, Summary

_WORDS = {"pass": "passed", "fail": "blocked", "unknown": "not provable"}


class GithubRenderer:
    """`--format github`"""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._kept = kept(self._command)

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """An error or a warning for each finding."""
        commands = "".join(map(self._kept, findings(report)))
        return commands.replace(ACCOUNT, _escaped(account_name(report)))

    def end(self, summary: Summary) -> str:
        """The verdict."""
        counts = ", ".join(f"{count} {name}" for name, count in summary.counts.items() if count)
        return f"::notice title=acctgate::{_WORDS[summary.verdict]}: {counts}\n"

    def _command(self, outcome: Outcome) -> str:
        place = self._places.get(outcome.rule, DEFAULT_PLACE)
        where = f"file={_property(place.file)},line={place.line},title={_property(title(outcome))}"
        text = f"{sentence(outcome)}. {printable(outcome.remediation)}"
        return f"::{level(outcome)} {where}::{_escaped(text)}\n"


def _escaped(text: str) -> str:
    """Printable text that cannot end its command nor begin another: it has no line ends, and % could make one."""
    return text.replace("%", "%25")


def _property(text: str) -> str:
    return _escaped(printable(text)).replace(":", "%3A").replace(",", "%2C")
