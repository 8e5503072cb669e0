"""The outcomes of a framework's controls: of one account, and over all accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.outcome import SEVERITIES, WORST_FIRST, Outcome, Result, Verdict, verdict_of, worst
from acctgate.text import and_more, and_more_zh, plural

_SEMICOLON: Final = Words("; ", "；")
_OF_RULE: Final = Words("{}: {}", "{}：{}")
_OF_ACCOUNT: Final = Words("account {}: {}{}", "账号 {}：{}{}")
_UNKNOWN: Final = Bilingual("unknown", "未知")
_NO_VIOLATIONS: Final = Bilingual("no violations", "没有违规")
_RESULTS: Final[dict[Result, Words]] = {
    "fail": Words("violation", "违规"),
    "unknown": Words("unknown", "无法判定"),
    "waived": Words("waived", "已豁免"),
}
Change = Callable[[tuple[Outcome, ...]], tuple[Outcome, ...]]
"""Takes outcomes and returns them changed: as many, in the same order."""


@dataclass(frozen=True, slots=True)
class ControlReport:
    """One control that rules cover, judged for one account."""

    id: str
    outcomes: tuple[Outcome, ...]
    """The outcomes of its rules, judged with the weakest parameters that satisfy the control."""

    @property
    def outcome(self) -> Result:
        """The worst outcome; unknown if there is none. A control is skipped only if no rule has anything to judge."""
        return min((each.outcome for each in self.outcomes), key=WORST_FIRST.index, default="unknown")

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that cover it."""
        return tuple(dict.fromkeys(each.rule for each in self.outcomes))

    @property
    def reason(self) -> str:
        """The messages of the outcomes that decided."""
        return _reason(each for each in self.outcomes if each.outcome == self.outcome)

    def as_outcome(self, framework: str) -> Outcome:
        """Return one outcome for the control, as if it were a rule: `cis-2.0 1.3`.

        If the control blocks, it is what blocks: an advisory violation does not hide a mandatory rule that is unknown.
        """
        verdict = verdict_of(self.outcomes)
        result = self.outcome if verdict == "pass" else verdict
        deciding = [each for each in self.outcomes if each.outcome == result and (each.binding or verdict == "pass")]
        return Outcome(
            rule=f"{framework} {self.id}",
            outcome=result,
            level="mandatory" if any(each.binding for each in deciding) else "advisory",
            severity=max((each.severity for each in deciding), key=SEVERITIES.index, default="low"),
            setting=deciding[0].setting if deciding else "",
            expected=join(_SEMICOLON, dict.fromkeys(each.expected for each in deciding)),
            actual=None,
            message=_reason(deciding),
            remediation=" ".join(dict.fromkeys(each.remediation for each in deciding)),
            waiver=next((each.waiver for each in deciding if each.waiver), None),
            place=next((each.place for each in deciding if each.place), None),
            baseline=next((each.baseline for each in deciding if each.baseline), None),
        )


@dataclass(frozen=True, slots=True)
class FrameworkReport:
    """The controls of one framework that rules cover, judged for one account."""

    framework: str
    """The framework's id."""
    controls: tuple[ControlReport, ...]

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of all controls."""
        return tuple(outcome for control in self.controls for outcome in control.outcomes)

    @property
    def verdict(self) -> Verdict:
        """The verdict over all controls."""
        return verdict_of(self.outcomes)

    def map_outcomes(self, change: Change) -> FrameworkReport:
        """Return the report with changed outcomes."""
        controls = (replace(control, outcomes=change(control.outcomes)) for control in self.controls)
        return replace(self, controls=tuple(controls))


class ControlTotal:
    """One control over all accounts."""

    def __init__(self) -> None:
        self.counts: Counter[Result] = Counter()
        self.reasons: dict[Result, tuple[str | None, str]] = {}
        """The ID of the first account with each result, and the reason."""

    @property
    def outcome(self) -> Result:
        """The worst outcome of an account."""
        return min(self.counts, key=WORST_FIRST.index)

    @property
    def reason(self) -> str:
        """The reason of the first account with the worst outcome; it names the account if there are several."""
        account, reason = self.reasons[self.outcome]
        if self.counts.total() == 1:
            return reason
        others = self.counts[self.outcome] - 1
        return fill(_OF_ACCOUNT, account or _UNKNOWN, reason, Bilingual(and_more(others), and_more_zh(others)))


class FrameworkTotal:
    """The controls of one framework over all accounts. Add accounts as they are judged."""

    def __init__(self) -> None:
        self.verdict: Verdict = "pass"
        self.controls: dict[str, ControlTotal] = {}

    def add(self, report: FrameworkReport, account: str | None) -> None:
        """Add the report on one account."""
        self.verdict = worst(self.verdict, report.verdict)
        for control in report.controls:
            total = self.controls.setdefault(control.id, ControlTotal())
            total.counts[control.outcome] += 1
            total.reasons.setdefault(control.outcome, (account, control.reason))

    def describe(self) -> str:
        """Return the controls that do not pass: `2 violations (1.3, 1.4), 1 unknown (1.6) of 12 controls`."""
        parts = []
        for result, word in _RESULTS.items():
            names = [name for name, total in self.controls.items() if total.outcome == result]
            if names:
                number = plural(len(names), word.en) if result == "fail" else f"{len(names)} {word.en}"
                chinese = f"{len(names)} 项{word.zh}（{'、'.join(names)}）"
                parts.append(Bilingual(f"{number} ({', '.join(names)})", chinese))
        total = len(self.controls)
        found = join(Words(", ", "、"), parts or [_NO_VIOLATIONS])
        return fill(Words("{} of {}", "{}，共 {}"), found, Bilingual(plural(total, "control"), f"{total} 项控制项"))


def _reason(outcomes: Iterable[Outcome]) -> str:
    return join(_SEMICOLON, (fill(_OF_RULE, each.rule, each.message) for each in outcomes))
