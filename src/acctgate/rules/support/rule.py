"""A rule: its metadata, and the questions that the rest of acctgate asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from acctgate.language import Bilingual, Language
from acctgate.model.fields import json_schema, without_references
from acctgate.model.outcome import SEVERITIES, Severity
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.rules.support.entry import NOT_PARAMETERS, SHARED_DEFAULT, SHARED_PARAMETERS, RuleEntry
from acctgate.rules.support.judgement import Judgement, LintHint, RuleText
from acctgate.rules.support.order import Move, Order, combine, ordered
from acctgate.rules.support.users_behind import Behind

if TYPE_CHECKING:
    from acctgate.model.other_change import OtherChange

P = TypeVar("P", bound=RuleEntry)

Ratchet = Callable[[Any, Any], Any]
"""Takes the outcome's `actual` and the value that the policy wants; returns the value that the account meets today."""
Actuals = Mapping[str, Any]
"""The `actual` values of a report by setting. A value that is an object is split by its keys."""
CompareEarlier = Callable[[Judgement, Actuals | Unknown, Actuals, Any], Judgement]
"""Takes the present judgement, which is a pass or a fail, the values of the earlier report or why it may be of another
account, the values of the present one, and the rule's entry. Returns the new judgement."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule(Generic[P]):
    """One rule: its metadata, and how it judges an account."""

    id: str
    title: str
    """A short noun phrase."""
    doc: str
    """The module's docstring: what the rule asks for, and why."""
    severity: Severity
    setting: str
    """The setting that the rule reads: section and keys, joined by dots."""
    parameters: type[P]
    expected: Callable[[P], str]
    """Puts an entry into words, for reports."""
    remediation: str
    translations: Mapping[Language, RuleText] = field(default_factory=dict)
    """Texts in languages other than English. A text that is missing is shown in English."""
    faults: Callable[[P], Iterable[tuple[tuple[str | int, ...], str]]] = lambda _: ()
    """Yields errors in the parameters that their types cannot express: the key, and the message."""
    exception_ends: Callable[[P], Iterable[tuple[tuple[str | int, ...], date]]] = lambda _: ()
    """Yields the last days of exceptions that the parameters make, with their keys. `max_waiver_days` of the policy
    limits them as it does waivers. Called only if `faults` yields none."""
    lint: Callable[[P, Mapping[str, RuleEntry]], Iterable[LintHint]] = lambda _entry, _entries: ()
    """Yields the warnings of `policy lint`. Takes the rule's entry and the entries of all rules by id. Called only if
    the rule is not disabled."""
    outcomes: tuple[Literal["pass", "fail", "unknown"], ...] = ("pass", "fail", "unknown")
    """The outcomes that the rule can have, besides skipped."""
    trivial_values: Mapping[str, object] = field(default_factory=dict)
    """Values of parameters that every account meets: `policy lint` warns of them, and `init` does not write them."""
    orders: Mapping[str, Order] = field(default_factory=dict)
    """Setting → which of its values are stricter. A setting without an order merely changes."""
    thresholds: tuple[str, ...] = ()
    """Parameters that are values of `setting` themselves: compared by its order, and `init` writes today's value."""
    parameter_orders: Mapping[str, Order] = field(default_factory=dict)
    """Which values of the other parameters are stricter. Without an order, any change counts as looser."""
    compare_earlier: CompareEarlier | None = None
    """Judges again where an earlier report of the account is known (`--baseline`)."""
    left_out: Mapping[str, object] = field(default_factory=dict)
    """What it means to leave out an optional parameter. A parameter that is not named here only asks for more."""
    completed: Callable[[P], Mapping[str, Any]] = lambda entry: entry
    """Returns an entry with the parameters that hold because others are left out, too, to compare it with another."""
    ratchet: Mapping[str, Ratchet] = field(default_factory=dict)
    """How `init` replaces the value of a parameter by the one that the account meets today."""
    actual_order: Order | None = None
    """Compares two `actual` values. Needed only if `actual` is an object that `orders` cannot compare key by key."""
    value_explains: bool = True
    """Whether `actual` alone shows why the rule fails. Otherwise text shows the message."""
    plot_range: tuple[int, int] | None = None
    """The lowest and highest value of the setting, if the page plots it over time."""
    by_resource: bool = False
    """Whether a planned resource alone can violate the rule: then the pack judges each planned resource too."""
    moved_by: tuple[str, ...] = ()
    """Planned settings that can change the outcome, if not just `setting`."""
    moved_by_resources: tuple[str, ...] = ()
    """Terraform types of other planned resources that can change the outcome. A plan does not show the result."""
    is_moved_by: Callable[[OtherChange], bool] = lambda _: True
    """Returns whether one planned resource of these types can change the outcome."""
    keeps_outcome: bool = False
    """Whether such resources are only noted, because the rule judges a measurement of the live account."""
    behind: Behind | None = None
    """Finds who is behind a violation in the credential report (`--names`). None: the rule names no users."""
    parameters_of_others: tuple[str, ...] = ()
    """Parameters in the entries of other rules that the rule judges by, too; see `in_policy`."""
    cis: tuple[str, ...] = ()
    """Controls of the CIS Alibaba Cloud Foundation Benchmark 2.0 that a policy's own rule covers. Those that acctgate's
    rules cover are in `acctgate.frameworks`."""

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that the rule reads, its own first."""
        return (self.setting,)

    def severity_in(self, entry: RuleEntry) -> Severity:
        """Return the severity of violations: the entry's, else the rule's own."""
        given = entry.get("severity")
        return given if given in SEVERITIES else self.severity

    def sections(self, entry: P) -> frozenset[str]:
        """Return the sections of a snapshot that the rule needs to judge by this entry."""
        return frozenset(setting.partition(".")[0] for setting in self.settings)

    @property
    def counts_users(self) -> bool:
        """Whether its violations are a number of users, so that waivers for users can cover one."""
        return self.behind is not None and self.behind.count is not None

    @property
    def planned_settings(self) -> tuple[str, ...]:
        """The settings of planned resources that can change the outcome."""
        return self.moved_by or (self.setting,)

    def is_moved(self, change: OtherChange) -> bool:
        """Return whether a planned resource that is not a SecurityPreference can change the outcome."""
        return change.kind in self.moved_by_resources and self.is_moved_by(change)

    @cached_property
    def entry_adapter(self) -> TypeAdapter[P]:
        """The validator of the rule's entry in a policy. It raises pydantic's ValidationError."""
        return TypeAdapter(self.parameters)

    @cached_property
    def entry_schema(self) -> dict[str, Any]:
        """The JSON Schema of the rule's entry in a policy, without references: Pulumi takes its properties only."""
        return without_references(json_schema(self.parameters))

    @cached_property
    def plain_entry_schema(self) -> dict[str, Any]:
        """The same without descriptions."""
        return without_references(self.entry_adapter.json_schema())

    @cached_property
    def _english(self) -> RuleText:
        properties = self.entry_schema["properties"].items()
        described = {name: " ".join(each.get("description", "").split()) for name, each in properties}
        parameters = {name: meaning for name, meaning in described.items() if name not in NOT_PARAMETERS}
        return RuleText(self.title, self.doc.strip(), self.remediation, parameters)

    def text(self, language: Language) -> RuleText:
        """Return the rule's texts in a language, in English where there is no translation."""
        english, translated = self._english, self.translations.get(language)
        if translated is None:
            return english
        shared = {name: texts.get(language, texts["en"]) for name, texts in SHARED_PARAMETERS.items()}
        texts = {**shared, **translated.parameters}
        parameters = {name: texts.get(name, text) for name, text in english.parameters.items()}
        return translated._replace(parameters=parameters)

    def expectation(self, entry: P) -> str:
        """Put an entry into words, in both languages if the rule has a translation."""
        english, chinese = str(self.expected(entry)), self.translations.get("zh")
        if chinese is None or chinese.expected is None:
            return english
        return Bilingual(english, str(chinese.expected(entry)))

    def is_trivial(self, name: str, value: object) -> bool:
        """Return whether every account meets this value of a parameter."""
        return name in self.trivial_values and value == self.trivial_values[name]

    def parameter_order(self, name: str) -> Order | None:
        """Return which values of a parameter are stricter, None if the rule does not say."""
        if name in SHARED_PARAMETERS:
            return ordered("skip" if name == "where_sso" else "ignore", SHARED_DEFAULT)
        return self.orders.get(self.setting) if name in self.thresholds else self.parameter_orders.get(name)

    def parameter_default(self, name: str) -> object:
        """Return what it means to leave out a parameter, None if that asks for less than any value."""
        return SHARED_DEFAULT if name in SHARED_PARAMETERS else self.left_out.get(name)

    def plotted_value(self, actual: object) -> int | None:
        """Return the value that the page plots for an outcome's `actual`, None if there is none."""
        if self.plot_range is None or type(actual) is not int:
            return None
        low, high = self.plot_range
        return actual if low <= actual <= high else None

    def compare_actual(self, setting: str, before: Any, after: Any) -> Move | None:
        """Return which way the outcome's `actual` moved, None if the rule has no order for it.

        Args:
            setting: The setting that decided, without indexes.
            before: The earlier `actual`.
            after: The later one. If both are objects, the keys that both have are compared.
        """
        if self.actual_order is not None:
            return self.actual_order(before, after)
        if isinstance(before, dict) and isinstance(after, dict):
            group = setting.rpartition(".")[0]
            orders = {key: self.orders.get(f"{group}.{key}") for key in before if key in after}
            moves = [order(before[key], after[key]) for key, order in orders.items() if order]
            return combine(moves)
        order = self.orders.get(setting)
        return order(before, after) if order else None

    def in_policy(self, rules: Sequence[Rule[Any]], entries: Mapping[str, Mapping[str, Any]]) -> Rule[P]:
        """Return the rule as it judges in a policy. Only a rule that depends on the others needs it.

        Args:
            rules: All rules of the policy.
            entries: What `of_others` returns of their entries.
        """
        return self

    def of_others(self, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return the `parameters_of_others` in the entries of a policy, by rule."""
        names = self.parameters_of_others
        found = {
            rule: {name: value for name, value in entry.items() if name in names}
            for rule, entry in (entries.items() if names else ())
        }
        return {rule: parameters for rule, parameters in found.items() if parameters and rule != self.id}

    def judgements(self, account: Snapshot, want: P, now: datetime) -> Sequence[Judgement]:
        """Judge the account: return one judgement, or one for each thing that the rule judges."""
        raise NotImplementedError
