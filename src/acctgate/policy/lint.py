"""Find errors in a policy file, and lines that have no effect. Pure: the day is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from acctgate.policy.chain import Chain
from acctgate.policy.lint_groups import lint_groups
from acctgate.policy.load import build_policy
from acctgate.policy.merge import merge
from acctgate.policy.merged import Merged, Origin
from acctgate.policy.policy import Policy
from acctgate.policy.source import Keys, Source
from acctgate.policy.validate import validate
from acctgate.policy.waiver import DEFAULT_WAIVER_DAYS
from acctgate.redact import one_line
from acctgate.rules import BUILT_IN
from acctgate.rules.base import LintHint, Rule
from acctgate.text import dotted, plural


@dataclass(frozen=True, slots=True)
class Problem:
    """An error in a policy file, or something in it that has no effect."""

    severity: Literal["error", "warning"]
    file: str
    line: int
    message: str
    """What is wrong, and how to repair it."""


def lint(chain: Chain, today: date) -> list[Problem]:
    """Return the errors of a policy; if it has none, the lines of the file itself that have no effect.

    What the file extends is checked for errors only: the rest is up to its owner.
    """
    merged = merge(chain)
    if faults := validate(merged, today):
        return [_problem(fault.source, fault.keys, fault.message, "error") for fault in faults]
    policy = build_policy(merged)
    found = [
        *_extends(merged),
        *_modules(chain),
        *_repeated(chain),
        *_rules(chain.file, policy, today),
        *_waivers(chain, policy, today),
        *_accounts(chain.file),
        *_generate(chain.file, policy),
        *_groups(chain.file, policy, today),
    ]
    return sorted(found, key=lambda problem: problem.line)


def _problem(source: Source, keys: Keys, message: str, severity: Literal["error", "warning"] = "warning") -> Problem:
    return Problem(severity, source.name, source.line(keys), message)


def _extends(merged: Merged) -> Iterator[Problem]:
    """Find extended files of which every value is overridden."""
    chain = merged.chain
    names = chain.file.data.get("extends")
    used = {id(origin.source) for values in merged.rules().values() for origin in values.values()}
    unused = [
        source
        for source in chain.sources[:-1]
        if source.data.get("rules") and id(source) not in used and not _has_more(source)
    ]
    for index, name in enumerate(names if isinstance(names, list) else [names] if names else ()):
        keys: Keys = ("extends", index) if isinstance(names, list) else ("extends",)
        for source in unused:
            if source.name == name or source.path == chain.file.path.parent / name:
                yield _problem(chain.file, keys, f"every value of {name} is overridden; remove it")


def _has_more(source: Source) -> bool:
    return any(source.data.get(key) for key in ("waivers", "accounts", "extends", "rule_modules", "groups"))


def _generate(file: Source, policy: Policy) -> Iterator[Problem]:
    """Find a permission to generate reports that no rule judges."""
    if file.data.get("generate") and policy.max_report_age is None:
        message = "generate: has no effect, since compliance-report is disabled; enable the rule, or remove this"
        yield _problem(file, ("generate",), message)


def _modules(chain: Chain) -> Iterator[Problem]:
    """Find modules whose rules no file names."""
    named = {rule for source in chain.sources for rule in source.data.get("rules") or {}}
    own = [name for name in chain.all_rules if name not in BUILT_IN]
    if own and not named & set(own) and chain.file.data.get("rule_modules"):
        message = f"no rule of the modules is used; name one under rules: {', '.join(own)}"
        yield _problem(chain.file, ("rule_modules",), message)


def _repeated(chain: Chain) -> Iterator[Problem]:
    """Find rules that only repeat what the file extends. Beside a new value, a repeated one makes things clearer."""
    inherited = merge(Chain(chain.sources[:-1], chain.all_rules)).rules() if len(chain.sources) > 1 else {}
    for rule, entry in (chain.file.data.get("rules") or {}).items():
        before = [inherited.get(rule, {}).get(key) for key in entry or {}]
        if before and all(map(_same, before, (entry or {}).values())):
            places = " and ".join(dict.fromkeys(each.place for each in before if each))
            have = "have" if " and " in places else "has"
            yield _problem(chain.file, ("rules", rule), f"rules.{rule}: {places} {have} the same already; remove it")


def _same(before: Origin | None, value: object) -> bool:
    return (
        before is not None and before.source is not None and before.value == value and type(before.value) is type(value)
    )


def _rules(source: Source, policy: Policy, today: date) -> Iterator[Problem]:
    """Find parameters that have no effect, and what the rules themselves warn of."""
    own: dict[str, Any] = source.data.get("rules") or {}
    for rule in policy.all_rules:
        given = {key: value for key, value in (own.get(rule.id) or {}).items() if key != "level"}
        entry = policy.rules[rule.id]
        for key, value in given.items():
            if entry["level"] == "disabled":
                yield _of_rule(source, rule, (key,), "has no effect: the rule is disabled")
            elif rule.is_trivial(key, value):
                message = f"{value} holds for every account; ask for more, or disable the rule"
                yield _of_rule(source, rule, (key,), message)
        if entry["level"] != "disabled":
            yield from _hints(source, rule, policy)
            yield from _late_ends(source, rule, policy, given, today)


def _late_ends(
    source: Source, rule: Rule[Any], policy: Policy, given: Mapping[str, Any], today: date
) -> Iterator[Problem]:
    """Find exceptions in a rule's own parameters that end late, if no limit forbids it."""
    try:
        ends = list(rule.exception_ends(policy.rules[rule.id]))
    except (Exception, SystemExit):  # a user's own rule; loading the policy reports it
        return
    for keys, last in ends:
        if keys[0] in given and (message := _late_end(last, policy, today)):
            yield _of_rule(source, rule, keys, message)


def _late_end(last: date, policy: Policy, today: date) -> str | None:
    """Return the warning about an exception that ends late, None if it does not, or if the policy limits it."""
    days = (last - today).days
    if policy.max_waiver_days is not None or days <= DEFAULT_WAIVER_DAYS:
        return None
    return f"ends in {plural(days, 'day')}; set max_waiver_days, or choose an earlier day"


def _hints(source: Source, rule: Rule[Any], policy: Policy) -> Iterator[Problem]:
    """Ask the rule for its warnings. Those to which the file itself contributes nothing are left out."""
    own: dict[str, Any] = source.data.get("rules") or {}
    try:
        hints = list(rule.lint(policy.rules[rule.id], policy.rules))
    except (Exception, SystemExit) as error:  # a user's own rule
        hints = [LintHint((), f"the rule cannot check its entry: {type(error).__name__}: {one_line(error)}")]
    for hint in hints:
        inherited = hint.keys and not hint.related and hint.keys[0] not in (own.get(rule.id) or {})
        if not inherited and not own.keys().isdisjoint({rule.id, *hint.related}):
            yield _of_rule(source, rule, hint.keys, hint.message)


def _of_rule(source: Source, rule: Rule[Any], keys: Keys, message: str) -> Problem:
    where = ("rules", rule.id, *keys)
    return _problem(source, where, f"{dotted(where)}: {message}")


def _waivers(chain: Chain, policy: Policy, today: date) -> Iterator[Problem]:
    first = len(policy.waivers) - len(chain.file.data.get("waivers") or ())
    for number in range(first, len(policy.waivers)):
        index, waiver = number - first, policy.waivers[number]
        if reason := _unneeded(number, policy, today):
            yield _problem(chain.file, ("waivers", index), f"waivers[{index}]: {reason}; remove it")
        elif waiver.user is not None and policy.names is False:
            message = "names are off (names: false), so a waiver for one user never applies"
            yield _problem(chain.file, ("waivers", index, "user"), f"waivers[{index}].user: {message}")
        elif late := _late_end(waiver.expires, policy, today):
            yield _problem(chain.file, ("waivers", index, "expires"), f"waivers[{index}].expires: {late}")


def _unneeded(number: int, policy: Policy, today: date) -> str | None:
    """Return why a waiver has no effect, None if it may have one."""
    waiver = policy.waivers[number]
    if waiver.expires < today:
        return f"expired on {waiver.expires.isoformat()} and no longer counts (owner {waiver.owner})"
    if policy.rules[waiver.rule]["level"] == "disabled":
        return f"{waiver.rule} is disabled: there is nothing to waive"
    for index, other in enumerate(policy.waivers):
        longer = other.includes(waiver) and other.expires >= waiver.expires
        same = waiver.includes(other) and other.expires == waiver.expires
        if longer and (index < number if same else index != number):
            return f"another waiver covers it, by {other.owner} until {other.expires.isoformat()}"
    return None


def _groups(source: Source, policy: Policy, today: date) -> Iterator[Problem]:
    for keys, message in lint_groups(policy, list(source.data.get("groups") or {}), today):
        yield _problem(source, keys, message)


def _accounts(source: Source) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for account, entry in (source.data.get("accounts") or {}).items():
        if not entry:
            yield _problem(source, ("accounts", account), f"accounts.{account}: is empty; remove it")
        for index, provider in enumerate((entry or {}).get("providers", ())):
            if owners.setdefault(provider, account) != account:
                keys: Keys = ("accounts", account, "providers", index)
                message = f"provider {provider} also belongs to {owners[provider]}: its account is ambiguous"
                yield _problem(source, keys, f"accounts.{account}: {message}")
