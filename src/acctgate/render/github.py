"""GitHub workflow commands: an annotation for each finding, on the policy's line."""

from __future__ import annotations

from acctgate.render.findings import DEFAULT_PLACE, findings, level, printable, sentence, title
from acctgate.report import AccountReport, Places, Summary

_WORDS = {"pass": "passed", "fail": "blocked", "unknown": "not provable"}


class GithubRenderer:
    """`--format github`"""

    def __init__(self, places: Places) -> None:
        self._places = places

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """An error or a warning for each finding."""
        lines = []
        for outcome in findings(report):
            place = self._places.get(outcome.rule, DEFAULT_PLACE)
            where = f"file={_property(place.file)},line={place.line},title={_property(title(outcome))}"
            text = f"{sentence(report, outcome)}. {outcome.remediation}"
            lines.append(f"::{level(outcome)} {where}::{_data(text)}\n")
        return "".join(lines)

    def end(self, summary: Summary) -> str:
        """The verdict."""
        counts = ", ".join(f"{count} {name}" for name, count in summary.counts.items() if count)
        return f"::notice title=acctgate::{_WORDS[summary.verdict]}: {counts}\n"


def _data(text: str) -> str:
    """Text that cannot end its command nor begin another. Printable text has no line ends; % could make one."""
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
