"""The deploy makes no setting of the account looser.

A policy sets limits. Within them, a plan can still take away what protects an account today: masks that become wider,
sessions that become longer. The rule compares the live account with the account after the deploy, setting by setting,
by the order that each rule gives its values: for example, a shorter session is stricter than a longer one. A switch
without an order is compared with the value that the policy wants. A setting that becomes stricter in one way and
looser in another counts as looser. If a value is unknown before or after the deploy, so is the outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple

from annotated_types import MinLen
from pydantic import Field
from typing_extensions import TypedDict

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.outcome import Level, Severity
from acctgate.model.sections import SETTINGS_SECTIONS
from acctgate.model.snapshot import Path, Snapshot, Unknown, path_of
from acctgate.model.snapshot_document import setting_names
from acctgate.redact import one_line
from acctgate.rules.base import Judgement, Rule, RuleText, entry, undecided
from acctgate.rules.support.comparison import Comparison
from acctgate.rules.support.entry import SEVERITY_DESCRIPTION
from acctgate.rules.support.order import Move, fewer_is_stricter
from acctgate.text import did_you_mean, listed, listed_zh, show

# `except` is a keyword, which a class body cannot have as a name.
Parameters = TypedDict(
    "Parameters",
    {
        "level": Annotated[Level, Field(description="How binding the rule is.")],
        "severity": Annotated[Severity, Field(description=SEVERITY_DESCRIPTION)],
        "except": Annotated[
            list[Annotated[str, MinLen(1)]],
            Field(
                description="Settings that the deploy may make looser, by the API's names, such as "
                "LoginSessionDuration."
            ),
        ],
    },
    total=False,
)
entry(Parameters)

_NO_PLAN: Final = Bilingual("there is no plan, or it does not change this account", "没有部署计划，或计划不更改本账号")
_NONE: Final = Bilingual("the plan makes no setting looser", "计划没有放宽任何设置")
_NONE_BUT: Final = Words(
    "the plan makes no setting looser; the policy excepts {}", "计划没有放宽任何设置；策略允许放宽 {}"
)
_LOOSENS: Final = Words("the plan makes {} looser: {}", "计划放宽 {}：{}")
_WHETHER: Final = Words("whether the plan makes {} looser: {}", "计划是否放宽 {}：{}")
_VALUES: Final = Words("{} was {}", "{}，原为 {}")
_UNKNOWN_BEFORE: Final = Words("its value before the deploy is unknown: {}", "部署之前的值未知：{}")
_UNDEFINED: Final = Words("{}, and which of them is stricter is not defined", "{}，没有规定哪一个更严格")
_HINT: Final = Words("{}; enable {}, whose allow defines it", "{}；请启用 {}，由它的 allow 规定")


class _Change(NamedTuple):
    """A setting that the deploy changes, or may change."""

    setting: str
    was: Any
    """The value before the deploy, or `Unknown`."""
    now: Any
    """The value after the deploy, or `Unknown`."""

    @property
    def key(self) -> str:
        return one_line(self.setting.rpartition(".")[2])

    @property
    def path(self) -> Path:
        return path_of(self.setting)


class _Finding(NamedTuple):
    """A change that makes a setting looser, or of which that is not known."""

    change: _Change
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class NoLoosening(Rule[Any]):
    """Judges the change itself: the account before the deploy and after it."""

    rules: Sequence[Rule[Any]] = ()
    """The rules of the policy, whose orders say what is looser."""
    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Their `parameters_of_others`, by id."""

    def in_policy(self, rules: Sequence[Rule[Any]], entries: Mapping[str, Mapping[str, Any]]) -> NoLoosening:
        """See base class."""
        return replace(self, rules=[rule for rule in rules if rule.id != self.id], entries=entries)

    def sections(self, entry: Any) -> frozenset[str]:
        """See base class. Planned resources change the password policy too."""
        return super().sections(entry) | {"PasswordPolicy"}

    def judgements(self, account: Snapshot, want: Any, now: datetime) -> Sequence[Judgement]:
        """Return one judgement. A loosened setting is a fail, even if others are unknown."""
        if account.before is None:
            return [Judgement("skipped", _NO_PLAN)]
        if account.unreadable is not None:
            return [undecided(Unknown(account.unreadable))]
        looser, unclear = self._findings(account.before, account)
        excepted = {name.rpartition(".")[2] for name in want.get("except", ())}
        counted, unknown = ([each for each in found if each.change.key not in excepted] for found in (looser, unclear))
        if counted:
            return [_judgement(account, "fail", counted)._replace(incomplete=bool(unknown))]
        if unknown:
            return [_judgement(account, "unknown", unknown)]
        names = [each.change.key for each in (*looser, *unclear)]
        excepted_too = Bilingual(listed(names, "and"), listed_zh(names)) if names else None
        return [Judgement("pass", fill(_NONE_BUT, excepted_too) if excepted_too else _NONE)]

    def _findings(self, before: Snapshot, after: Snapshot) -> tuple[list[_Finding], list[_Finding]]:
        """Return the settings that become looser, and those of which that is not known."""
        comparison = Comparison(self.rules)
        looser: list[_Finding] = []
        unclear: list[_Finding] = []
        for change in _changes(before, after, self._settings()):
            move = self._move(before, change, comparison)
            if move.direction in ("looser", "mixed"):
                looser.append(_Finding(change, move.note))
            elif move.direction == "unknown":
                unclear.append(_Finding(change, move.note))
        return looser, unclear

    def _settings(self) -> list[str]:
        return [setting for rule in self.rules for setting in rule.settings]

    def _move(self, before: Snapshot, change: _Change, comparison: Comparison) -> Move:
        """Return which way a setting moves, with the reason in words."""
        judge = comparison.rule_of(change.setting) or ""
        was, now = self._older_form(before, change, judge), change.now
        if isinstance(now, Unknown):
            return Move("unknown", now.reason)
        if isinstance(was, Unknown):
            return Move("unknown", fill(_UNKNOWN_BEFORE, was.reason))
        values = fill(_VALUES, show(now), show(was))
        if comparison.has_order(judge, change.setting):
            move = comparison.compare_actual(judge, change.setting, was, now)
            return move if move.note else Move(move.direction, values)
        wanted = self.entries.get(judge, {}).get("allow")
        if isinstance(wanted, bool) and {was, now} == {True, False}:
            return Move("stricter" if now is wanted else "looser", values)
        undefined = fill(_UNDEFINED, values)
        return Move("unknown", fill(_HINT, undefined, judge) if _has_allow(self.rules, judge) else undefined)

    def _older_form(self, before: Snapshot, change: _Change, judge: str) -> Any:
        """Return the value before the deploy. An older form of the setting counts if the account lacks the newer."""
        rule = next((rule for rule in self.rules if rule.id == judge), None)
        if rule is None or rule.actual_order is None or not isinstance(change.was, Unknown) or not change.was.absent:
            return change.was
        older = [before.read(path_of(each)) for each in rule.settings if each != change.setting]
        return next((value for value in older if not isinstance(value, Unknown)), change.was)


def _has_allow(rules: Sequence[Rule[Any]], judge: str) -> bool:
    models = (rule.parameters for rule in rules if rule.id == judge)
    return any("allow" in model.__required_keys__ | model.__optional_keys__ for model in models)


def _judgement(account: Snapshot, outcome: Any, found: Sequence[_Finding]) -> Judgement:
    first = found[0].change
    if len(found) == 1:
        what = first.key, found[0].reason
    else:
        reasons = (fill(Words("{}: {}", "{}：{}"), each.change.key, each.reason) for each in found)
        number = Bilingual(f"{len(found)} settings", f"{len(found)} 个设置")
        what = number, join(Words("; ", "；"), reasons)
    if outcome == "unknown":
        unknown = Unknown(fill(_WHETHER, *what))
        return undecided(unknown)._replace(setting=first.setting, place=_place(account, found))
    actual = {each.change.key: each.change.now for each in found}
    return Judgement("fail", fill(_LOOSENS, *what), actual, first.setting, _place(account, found))


def _place(account: Snapshot, found: Sequence[_Finding]) -> Any:
    return next((account.places[each.change.path] for each in found if each.change.path in account.places), None)


def _changes(before: Snapshot, after: Snapshot, settings: Sequence[str]) -> Iterator[_Change]:
    """Yield the settings that differ: those that rules judge first, then any others in the answers."""
    others = (name for side in (before, after) for section in SETTINGS_SECTIONS for name in _leaves(side, section))
    for setting in dict.fromkeys((*settings, *others)):
        path = path_of(setting)
        change = _Change(setting, before.read(path), after.read(path))
        if not (isinstance(change.was, dict) or isinstance(change.now, dict) or _is_same(change)):
            yield change


def _leaves(account: Snapshot, section: str) -> Iterator[str]:
    pending = [(section, account.document.get(section))]
    while pending:
        name, value = pending.pop(0)
        if isinstance(value, dict):
            pending[:0] = [(f"{name}.{key}", item) for key, item in value.items()]
        elif value is not None:
            yield name


def _is_same(change: _Change) -> bool:
    was, now = change.was, change.now
    if isinstance(was, Unknown) and isinstance(now, Unknown):
        return was.reason == now.reason or (was.absent and now.absent)
    return type(was) is type(now) and bool(was == now)


def faults(want: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the names under `except` that no setting has."""
    full = setting_names()
    short = {name.rpartition(".")[2] for name in full}
    for index, name in enumerate(want.get("except", ())):
        if name not in full and name not in short:
            yield ("except", index), f"unknown setting {show(name)}{did_you_mean(name, sorted(short))}"


def expected(want: Any) -> str:
    """Return the parameters in words."""
    excepted = ", ".join(map(one_line, want.get("except", ())))
    return f"no setting becomes looser{f', except {excepted}' if excepted else ''}"


def expected_zh(want: Any) -> str:
    """Return the parameters in Chinese."""
    excepted = "、".join(map(one_line, want.get("except", ())))
    return f"不放宽任何设置{f'，{excepted} 除外' if excepted else ''}"


RULE = NoLoosening(
    id="no-loosening",
    title="Settings that a deploy makes looser",
    doc=__doc__ or "",
    severity="medium",
    setting="SecurityPreference",
    parameters=Parameters,
    expected=expected,
    faults=faults,
    parameter_orders={"except": fewer_is_stricter},
    left_out={"except": []},
    parameters_of_others=("allow",),
    remediation="Declare the value that the account has now, or a stricter one. If the change is intended, name the "
    "setting under `except`, or waive the finding.",
    translations={
        "zh": RuleText(
            title="部署放宽的设置",
            doc="部署不会放宽账号的任何设置。\n\n"
            "策略只规定限度。在限度之内，部署仍可能拿走今天保护账号的东西：掩码变宽，会话变长。"
            "本规则逐项比较当前账号与部署之后的账号，并采用每条规则为其取值规定的顺序：例如，较短的会话比较长的更严格。"
            "没有顺序的开关按策略要求的值比较。一方面变严、另一方面变宽的设置视为放宽。"
            "部署之前或之后的值未知时，结果也是 unknown。",
            remediation="请声明账号现有的值或更严格的值。如果确实要放宽，请将该设置列入 `except`，或豁免该结果。",
            parameters={"except": "允许部署放宽的设置，使用 API 的名称，例如 LoginSessionDuration。"},
            expected=expected_zh,
        )
    },
)
