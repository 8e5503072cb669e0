"""Validate an effective policy: once, after merging. Each fault names the file and the key that it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from acctgate.model.account_id import is_account_id
from acctgate.policy import document as policy_document
from acctgate.policy.chain import BUILT_IN, RulesById
from acctgate.policy.merge import Merged
from acctgate.policy.source import Keys, Source
from acctgate.redact import one_line
from acctgate.rules.base import Rule
from acctgate.text import dotted, expectation, plural, show


class Fault(NamedTuple):
    """A fault in a policy. The message begins with the key."""

    source: Source
    keys: Keys
    """Where the file has the value, or should have it."""
    message: str

    @property
    def text(self) -> str:
        """The message with file and line."""
        return f"{self.source.place(self.keys)}: {self.message}"


class _Problem(NamedTuple):
    """Something wrong at a path of the merged document, before its file is known."""

    keys: Keys
    message: Callable[[Keys], str]
    """Takes the path in the file."""


def validate(merged: Merged, today: date | None = None) -> list[Fault]:
    """Return every fault of a merged policy: those of the file that extends the others first.

    Args:
        merged: The policy.
        today: The day (UTC) from which `max_waiver_days` counts; None does not check it.
    """
    problems = _problems(merged.document, merged.all_rules, today)
    located = [(merged.locate(problem.keys), problem.message) for problem in problems]
    if not problems:  # each group is valid by itself, over the policy without the others
        for name in merged.groups():
            view = merged.in_groups([name])
            problems = _problems(view.document, merged.all_rules, today)
            located += [(view.locate(problem.keys), problem.message) for problem in problems]
    faults = [Fault(source, keys, message(keys)) for (source, keys), message in located]
    return sorted(faults, key=lambda fault: -merged.chain.sources.index(fault.source))


def entry_fault(rule: Rule[Any], entry: Mapping[str, Any]) -> str | None:
    """Return what is wrong in a rule's entry that comes from elsewhere than a file, None if it is valid."""
    document = {"version": 1, "rules": {rule.id: dict(entry)}}
    problems = _problems(document, {**BUILT_IN, rule.id: rule})
    return next((problem.message(problem.keys) for problem in problems), None)


def suggest_rule(word: str, all_rules: Iterable[str]) -> str:
    """Return ` (did you mean RULE?)` for a misspelled rule id, or nothing."""
    close = get_close_matches(word, list(all_rules), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def parameter_names(rule: Rule[Any]) -> list[str]:
    """Return what a policy can set of a rule: the level first."""
    keys = rule.parameters.__required_keys__ | rule.parameters.__optional_keys__
    return ["level", *sorted(keys - {"level"})]


def _problems(document: dict[str, Any], all_rules: RulesById, today: date | None = None) -> list[_Problem]:
    """Return what the models refuse; if they refuse nothing, what no model can express."""
    rules = document.get("rules")
    entries: dict[str, Any] = rules if isinstance(rules, dict) else {}
    own = {name: entries[name] for name in all_rules if name in entries and name not in BUILT_IN}
    built_in = {name: entry for name, entry in entries.items() if name not in own}
    document = {**document, "rules": built_in} if own else document
    errors = _errors(policy_document.adapter(), document, ())
    for name, entry in own.items():
        errors += _errors(all_rules[name].entry_adapter, {} if entry is None else entry, ("rules", name))
    errors = [error for error in errors if not _may_be_missing(error, entries)]
    if errors:
        return [
            _Problem(error["loc"], _explain_match(error) or _explain(error, all_rules))
            for error in _most_specific(errors)
        ]
    active = {name: entry for name, entry in entries.items() if not _disabled_and_incomplete(all_rules[name], entry)}
    return [
        *_alias_problems(document.get("accounts") or {}),
        *_waiver_problems(document, all_rules, today),
        *_rule_problems(active, all_rules, document.get("max_waiver_days"), today),
        *_match_problems(document.get("groups") or {}),
    ]


def _errors(model: TypeAdapter[Any], value: Any, where: Keys) -> list[dict[str, Any]]:
    try:
        model.validate_python(value)
    except ValidationError as error:
        return [{**item, "loc": _path((*where, *item["loc"]))} for item in error.errors(include_url=False)]
    return []


def _path(keys: Keys) -> Keys:
    """Return the path without the tags that pydantic adds where a value is one text or a list of them."""
    fixed = 1 if keys[0] == "extends" else 0
    if keys[0] == "groups" and keys[2:3] == ("match",):
        fixed = 5 if keys[3:4] in (("tag",), ("label",)) else 4
    return (*keys[:fixed], *(key for key in keys[fixed:] if isinstance(key, int))) if fixed else keys


def _may_be_missing(error: dict[str, Any], entries: Mapping[str, Any]) -> bool:
    """Return whether a missing parameter belongs to a disabled rule."""
    keys = error["loc"]
    return error["type"] == "missing" and keys[0] == "rules" and (entries[keys[1]] or {}).get("level") == "disabled"


def _disabled_and_incomplete(rule: Rule[Any], entry: Any) -> bool:
    values = entry or {}
    return values.get("level") == "disabled" and not rule.parameters.__required_keys__ <= values.keys()


def _most_specific(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one error for each place; of a list, only those of its items."""
    lists = {error["loc"][:-1] for error in errors if isinstance(error["loc"][-1], int)}
    return list({error["loc"]: error for error in reversed(errors) if error["loc"] not in lists}.values())[::-1]


def _rule_problems(
    entries: Mapping[str, Any], all_rules: RulesById, most: int | None, today: date | None
) -> Iterator[_Problem]:
    for name, entry in entries.items():
        for keys, message in _rule_faults(all_rules[name], entry or {}, most, today):
            yield _Problem(("rules", name, *keys), _prefixed(message))


def _rule_faults(rule: Rule[Any], entry: Any, most: int | None, today: date | None) -> list[tuple[Keys, str]]:
    try:
        if faults := [(tuple(keys), str(message)) for keys, message in rule.faults(entry)]:
            return faults
        ends = [(tuple(keys), _limit_fault(last, most, today)) for keys, last in rule.exception_ends(entry)]
        return [(keys, message) for keys, message in ends if message]
    except (Exception, SystemExit) as error:  # a user's own rule may raise anything
        return [((), f"the rule cannot check its parameters: {type(error).__name__}: {one_line(error)}")]


def _match_problems(groups: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, group in groups.items():
        for key, what in (("id", _id_fault), ("folder", _folder_fault)):
            given = group["match"].get(key, [])
            for index, value in enumerate([given] if isinstance(given, str) else given):
                if message := what(value):
                    place = ("groups", name, "match", key)
                    yield _Problem(place if isinstance(given, str) else (*place, index), _prefixed(message))


def _id_fault(value: str) -> str | None:
    return None if is_account_id(value) else f"{show(value)}: invalid account ID (example: 1234567890123456)"


def _folder_fault(value: str) -> str | None:
    return None if value.startswith("/") else f"{show(value)}: invalid folder; use its path (example: /prod)"


def _alias_problems(accounts: Mapping[str, Any]) -> Iterator[_Problem]:
    for account, entry in accounts.items():
        alias = entry.get("alias")
        if is_account_id(alias) and alias != account:  # without an alias of its own, an account's is its ID
            message = f"{show(alias)} is an account ID, and not that of this account; an alias is a name"
            yield _Problem(("accounts", account, "alias"), _prefixed(message))


def _waiver_problems(document: dict[str, Any], all_rules: RulesById, today: date | None) -> Iterator[_Problem]:
    aliases = Counter(account.get("alias") for account in (document.get("accounts") or {}).values())
    for index, waiver in enumerate(document.get("waivers") or ()):
        if message := _account_fault(waiver.get("account"), aliases):
            yield _Problem(("waivers", index, "account"), _prefixed(message))
        if waiver["rule"] not in all_rules:
            message = f"unknown rule {waiver['rule']}{suggest_rule(waiver['rule'], all_rules)}"
            yield _Problem(("waivers", index, "rule"), _prefixed(message))
        if (rule := all_rules.get(waiver["rule"])) and waiver.get("user") and not rule.counts_users:
            named = ", ".join(name for name, each in all_rules.items() if each.counts_users)
            message = f"{rule.id} counts no users; leave user out, or waive one of {named}"
            yield _Problem(("waivers", index, "user"), _prefixed(message))
        if message := _expiry_fault(waiver["expires"], document.get("max_waiver_days"), today):
            yield _Problem(("waivers", index, "expires"), _prefixed(message))


def _account_fault(account: str | None, aliases: Mapping[str | None, int]) -> str | None:
    """Return why a waiver's account is none that the policy knows, None if it is one."""
    if account is None or is_account_id(account):
        return None
    if not aliases.get(account):
        return f"{show(account)} is neither an account ID nor an alias under accounts"
    return f"{show(account)} is the alias of several accounts; use the ID" if aliases[account] > 1 else None


def _expiry_fault(expires: str, most: int | None, today: date | None) -> str | None:
    """Return what is wrong with a waiver's last day, None if nothing is."""
    try:
        return _limit_fault(date.fromisoformat(expires), most, today)
    except ValueError as error:
        return f"invalid date {expires}; use YYYY-MM-DD: {error}"


def _limit_fault(last: date, most: int | None, today: date | None) -> str | None:
    """Return that the last day of a waiver, or of an exception of a rule, is too far ahead, None if it is not."""
    if most is None or today is None or (last - today).days <= most:
        return None
    return f"{last.isoformat()} is {plural((last - today).days, 'day')} ahead; max_waiver_days allows {most:,}"


def _prefixed(message: str) -> Callable[[Keys], str]:
    return lambda keys: f"{dotted(keys)}: {message}"


def _explain(error: dict[str, Any], all_rules: RulesById) -> Callable[[Keys], str]:
    """Return the message for an error of a model."""
    keys, found = error["loc"], show(error["input"])
    match error["type"]:
        case "missing" if keys == ("version",):
            return lambda _: "version is missing; write version: 1"
        case _ if keys == ("version",):
            return lambda _: f"version: expected 1, found {found}"
        case _ if keys[0] == "extends":
            return lambda place: f"{dotted(place)}: {_extends_expectation(place)}, found {found}"
        case "extra_forbidden" if keys[0] == "rules" and len(keys) == 2:
            return _prefixed(f"unknown rule{suggest_rule(str(keys[1]), all_rules)}; `acctgate rules` lists them")
        case "extra_forbidden" if keys[0] == "rules":
            takes = ", ".join(parameter_names(all_rules[str(keys[1])]))
            return _prefixed(f"unknown parameter; {keys[1]} takes {takes}")
        case "extra_forbidden":
            return _prefixed("unknown key")
        case "missing" if keys[0] == "rules":
            return _prefixed("required parameter is missing")
        case "missing":
            return _prefixed("is missing")
        case _ if keys[-1] == "[key]":
            return lambda _: f"{keys[0]}.{keys[1]}: an account id is text; put it in quotes"
        case "string_pattern_mismatch" if keys[-1] == "expires":
            return _prefixed(f"invalid date; use YYYY-MM-DD, found {found}")
        case "string_pattern_mismatch":
            return _prefixed("should not be blank")
    return _prefixed(f"{expectation(error['msg'])}, found {found}")


def _explain_match(error: dict[str, Any]) -> Callable[[Keys], str] | None:
    """Return the message for an error in what a group matches, None for any other one."""
    keys, found = error["loc"], show(error["input"])
    if keys[0] != "groups":
        return None
    takes = ", ".join(policy_document.MatchEntry.__annotations__)
    in_match = keys[2:3] == ("match",)
    match error["type"]:
        case _ if keys[-1] == "[key]" and len(keys) == 3:
            return lambda _: f"groups.{keys[1]}: the name of a group is text; put it in quotes"
        case "extra_forbidden" if in_match:
            return _prefixed(f"unknown key; match takes {takes}")
        case "too_short" if in_match and len(keys) == 3:
            return _prefixed(f"is empty; match takes {takes}")
        case "too_short" if in_match:
            return _prefixed("is empty")
        case "string_type" | "list_type" if in_match and len(keys) > 3:
            expected = "text" if isinstance(keys[-1], int) else "text or a list of texts"
            return _prefixed(f"should be {expected}, found {found}")
    return None


def _extends_expectation(place: Keys) -> str:
    return "should be a preset, a path or package:path" + ("" if len(place) > 1 else ", or a list of them")
