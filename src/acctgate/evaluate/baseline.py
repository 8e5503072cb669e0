"""Block only new findings: those that an earlier report has already are shown, but do not count. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from acctgate.json_text import is_same
from acctgate.language import Bilingual, Words, fill
from acctgate.model.compliance_pack import pack_id
from acctgate.model.outcome import BaselineNote, Outcome, Result
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Unknown
from acctgate.policy.policy import Policy
from acctgate.rules import RULES, account_identity
from acctgate.rules.base import Actuals, Judgement, Rule
from acctgate.rules.support.comparison import Comparison

if TYPE_CHECKING:
    from acctgate.model.report_document import Report


_NO_ID: Final = Unknown(
    Bilingual(
        "the account has no ID, so the baseline may be of another account; "
        "check a snapshot with an account_id, or live",
        "账号没有 ID，因此基线可能属于另一个账号；请检查带有 account_id 的快照，或线上账号",
    )
)
_NO_BASELINE_ID: Final = Unknown(
    Bilingual(
        "the baseline has no account ID, so it may be of another account; "
        "make it of a snapshot with an account_id, or live",
        "基线没有账号 ID，因此可能属于另一个账号；请用带有 account_id 的快照或线上账号生成基线",
    )
)
_KNOWN: Final = Words("{} (in the baseline)", "{}（已在基线中）")
_WORSE: Final = Words("{} (worse than in the baseline)", "{}（比基线更差）")


class BaselineEntry(NamedTuple):
    """A finding in a baseline."""

    account: str | None
    rule: str
    part: str | None
    """Identifies one of several outcomes of a rule: the compliance pack, else the setting. None if there is one."""
    outcome: Result


@dataclass(slots=True)
class Baseline:
    """The findings of an earlier report. It remembers which of them still exist."""

    source: str
    """The file that the report is in, for messages."""
    known: Mapping[BaselineEntry, Outcome]
    """Each finding, with its outcome then."""
    comparison: Comparison
    """Decides whether a finding got worse."""
    needs_policy: bool = False
    """Whether it is a snapshot, whose findings only a policy shows."""
    actuals: Mapping[str | None, Actuals] = field(default_factory=dict)
    """The values of each account then."""
    seen: set[BaselineEntry] = field(default_factory=set)
    """The findings that still occur, or may still do so."""
    judged: set[str | None] = field(default_factory=set)
    """The accounts that were compared with it."""

    @classmethod
    def of(cls, report: Report, source: str, rules: Iterable[Rule[Any]] = RULES) -> Baseline:
        """Return the baseline that a report is: its violations and unknown outcomes.

        An outcome that was unknown then and is a violation now is new. A report that was itself made with a baseline
        includes the findings of that baseline. Of several reports on one account the last one counts. What was unknown
        of an account that was not read, or too old, waives nothing. Nor does an account that was not the expected one:
        it is still another account.

        Args:
            report: The earlier report.
            source: The file that it is in, for messages.
            rules: The rules of the policy: their orders say whether a finding got worse.
        """
        accounts = {account.account: account for account in report.accounts}
        known = {
            entry: outcome
            for account in accounts.values()
            for entry, outcome in _entries(account.account, account.outcomes)
            if entry.outcome == "fail" or (entry.outcome == "unknown" and not _is_doubtful(account))
            if entry.rule != account_identity.RULE.id
        }
        return cls(source, known, Comparison(rules), actuals={name: _actuals(each) for name, each in accounts.items()})

    def compare(self, report: AccountReport, policy: Policy) -> AccountReport:
        """Return the report with the outcomes of rules that judge what changed since the baseline.

        Call it before waivers are applied. Of an account that the baseline does not have, no earlier value is known.
        Nor is one where an ID is missing: then the baseline may be of another account.
        """
        before = self._earlier(report.account)
        now, rules = _actuals(report), {rule.id: rule for rule in policy.all_rules}
        outcomes = tuple(_compared(each, rules[each.rule], policy, before, now) for each in report.outcomes)
        return report.with_outcomes(outcomes)

    def _earlier(self, account: str | None) -> Actuals | Unknown:
        """Return the values of the account then, none if it is not in the baseline."""
        if account is None:
            return _NO_ID
        return self.actuals.get(account, _NO_BASELINE_ID if None in self.actuals else {})

    def apply(self, report: AccountReport) -> AccountReport:
        """Return the report with known findings waived. For an account without an id nothing is known.

        What is unknown because the account is older than allowed, or because nothing of it could be read, is not
        waived: neither is a finding on the account, and a baseline would hide that the account is not checked.
        """
        self.judged.add(report.account)
        if _is_doubtful(report):  # whether its findings still occur is not known
            self.seen.update(entry for entry in self.known if entry.account == report.account)
        return report.map_outcomes(lambda outcomes: tuple(self._apply_all(report, outcomes)))

    def _apply_all(self, report: AccountReport, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
        doubtful = _is_doubtful(report)
        for entry, outcome in _entries(report.account, outcomes):
            yield outcome if doubtful and outcome.outcome == "unknown" else self._apply(entry, outcome)

    def _apply(self, entry: BaselineEntry, outcome: Outcome) -> Outcome:
        if entry.account is not None and outcome.outcome == "unknown":  # an earlier violation may still occur
            self.seen.add(entry._replace(outcome="fail"))
        if entry.account is None or entry not in self.known:
            return outcome
        self.seen.add(entry)
        if not self._is_excused(outcome, self.known[entry]):
            return replace(outcome, message=fill(_WORSE, outcome.message))
        note = BaselineNote(self.source, outcome.outcome)
        return replace(outcome, outcome="waived", message=fill(_KNOWN, outcome.message), baseline=note)

    def _is_excused(self, outcome: Outcome, before: Outcome) -> bool:
        """Return whether the value is the baseline's, or provably stricter. A value that merely differs is neither.

        What is unknown beside a violation is as new as an unknown outcome, unless something was unknown then.
        """
        if outcome.incomplete and not before.incomplete:
            return False
        if is_same(before.actual, outcome.actual):
            return True
        move = self.comparison.compare_actual(outcome.rule, outcome.setting, before.actual, outcome.actual)
        return move.direction == "stricter"

    @property
    def stale(self) -> list[BaselineEntry]:
        """The entries that the judged accounts need no more. Complete after the last account."""
        return sorted((each for each in self.known.keys() - self.seen if each.account in self.judged - {None}), key=str)

    @property
    def nameless(self) -> list[BaselineEntry]:
        """The entries without an account ID. They excuse nothing, since they may be of any account."""
        return [each for each in self.known if each.account is None]


def _is_doubtful(report: AccountReport) -> bool:
    """Return whether the account was not read, or is older than allowed: then what is unknown says nothing of it."""
    return report.stale or report.not_read is not None


def _compared(outcome: Outcome, rule: Rule[Any], policy: Policy, before: Actuals | Unknown, now: Actuals) -> Outcome:
    """Return the outcome as the rule judges it with an earlier report."""
    if rule.compare_earlier is None or rule not in RULES or outcome.outcome not in ("pass", "fail"):
        return outcome
    judged = Judgement(outcome.outcome, outcome.message, outcome.actual)
    found = rule.compare_earlier(judged, before, now, policy.entry(rule.id))
    return replace(outcome, outcome=found.outcome, message=found.message)


def _actuals(report: AccountReport) -> Actuals:
    """Return the values of a report by setting.

    Among several rules of a setting, the first one decides: a rule of the user's own may report any value for it.
    """
    found: dict[str, Any] = {}
    for outcome in report.outcomes:
        if isinstance(outcome.actual, dict):
            group = outcome.setting.rpartition(".")[0]
            found = {f"{group}.{key}": value for key, value in outcome.actual.items()} | found
        else:
            found.setdefault(outcome.setting, outcome.actual)
    return found


def _entries(account: str | None, outcomes: Sequence[Outcome]) -> Iterator[tuple[BaselineEntry, Outcome]]:
    """Yield each outcome with its entry, as it was before a baseline waived it."""
    of_rule = Counter(outcome.rule for outcome in outcomes)
    used: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        part, pack = None, pack_id(outcome.actual)
        if of_rule[outcome.rule] > 1 or pack is not None:
            name = pack or outcome.setting
            used[outcome.rule, name] += 1
            number = used[outcome.rule, name]
            part = name if number == 1 else f"{name} #{number}"
        result = outcome.baseline.outcome if outcome.baseline else outcome.outcome
        yield BaselineEntry(account, outcome.rule, part, result), outcome
