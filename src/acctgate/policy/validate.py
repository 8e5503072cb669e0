"""Validate an effective policy: once, after merging. Each fault names the file and the key that it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from acctgate.model.account_id import is_account_id
from acctgate.policy.chain import RulesById
from acctgate.policy.merged import Merged
from acctgate.policy.model_errors import Defect, model_defects, prefixed
from acctgate.policy.source import Keys, Source
from acctgate.redact import one_line
from acctgate.rules import BUILT_IN
from acctgate.rules.base import Rule
from acctgate.text import did_you_mean, plural, show


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


def validate(merged: Merged, today: date | None = None) -> list[Fault]:
    """Return every fault of a merged policy: those of the file that extends the others first.

    Args:
        merged: The policy.
        today: The day (UTC) from which `max_waiver_days` counts; None does not check it.
    """
    defects = _defects(merged.document, merged.all_rules, today)
    located = [(merged.locate(defect.keys), defect.message) for defect in defects]
    if not defects:  # each group is valid by itself, over the policy without the others
        for name in merged.groups():
            view = merged.in_groups([name])
            defects = _defects(view.document, merged.all_rules, today)
            located += [(view.locate(defect.keys), defect.message) for defect in defects]
    faults = [Fault(source, keys, message(keys)) for (source, keys), message in located]
    return sorted(faults, key=lambda fault: -merged.chain.sources.index(fault.source))


def entry_fault(rule: Rule[Any], entry: Mapping[str, Any]) -> str | None:
    """Return the error in a rule's entry that is not from a file, None if it is valid."""
    document = {"version": 1, "rules": {rule.id: dict(entry)}}
    defects = _defects(document, {**BUILT_IN, rule.id: rule})
    return next((defect.message(defect.keys) for defect in defects), None)


def _defects(document: dict[str, Any], all_rules: RulesById, today: date | None = None) -> list[Defect]:
    """Return what the models refuse; if they refuse nothing, what no model can express."""
    rules = document.get("rules")
    entries: dict[str, Any] = rules if isinstance(rules, dict) else {}
    if refused := model_defects(document, entries, all_rules):
        return refused
    active = {name: entry for name, entry in entries.items() if not _disabled_and_incomplete(all_rules[name], entry)}
    return [
        *_alias_defects(document.get("accounts") or {}),
        *_waiver_defects(document, all_rules, today),
        *_rule_defects(active, all_rules, document.get("max_waiver_days"), today),
        *_match_defects(document.get("groups") or {}),
    ]


def _disabled_and_incomplete(rule: Rule[Any], entry: Any) -> bool:
    values = entry or {}
    return values.get("level") == "disabled" and not rule.parameters.__required_keys__ <= values.keys()


def _rule_defects(
    entries: Mapping[str, Any], all_rules: RulesById, most: int | None, today: date | None
) -> Iterator[Defect]:
    for name, entry in entries.items():
        for keys, message in _rule_faults(all_rules[name], entry or {}, most, today):
            yield Defect(("rules", name, *keys), prefixed(message))


def _rule_faults(rule: Rule[Any], entry: Any, most: int | None, today: date | None) -> list[tuple[Keys, str]]:
    try:
        if faults := [(tuple(keys), str(message)) for keys, message in rule.faults(entry)]:
            return faults
        ends = [(tuple(keys), _limit_fault(last, most, today)) for keys, last in rule.exception_ends(entry)]
        return [(keys, message) for keys, message in ends if message]
    except (Exception, SystemExit) as error:  # a user's own rule may raise anything
        return [((), f"the rule cannot check its parameters: {type(error).__name__}: {one_line(error)}")]


def _match_defects(groups: Mapping[str, Any]) -> Iterator[Defect]:
    for name, group in groups.items():
        for key, what in (("id", _id_fault), ("folder", _folder_fault)):
            given = group["match"].get(key, [])
            for index, value in enumerate([given] if isinstance(given, str) else given):
                if message := what(value):
                    place = ("groups", name, "match", key)
                    yield Defect(place if isinstance(given, str) else (*place, index), prefixed(message))


def _id_fault(value: str) -> str | None:
    return None if is_account_id(value) else f"{show(value)}: invalid account ID (example: 1234567890123456)"


def _folder_fault(value: str) -> str | None:
    return None if value.startswith("/") else f"{show(value)}: invalid folder; use its path (example: /prod)"


def _alias_defects(accounts: Mapping[str, Any]) -> Iterator[Defect]:
    for account, entry in accounts.items():
        alias = entry.get("alias")
        if is_account_id(alias) and alias != account:  # without an alias of its own, an account's is its ID
            message = f"{show(alias)} is an account ID, and not that of this account; an alias is a name"
            yield Defect(("accounts", account, "alias"), prefixed(message))


def _waiver_defects(document: dict[str, Any], all_rules: RulesById, today: date | None) -> Iterator[Defect]:
    aliases = Counter(account.get("alias") for account in (document.get("accounts") or {}).values())
    for index, waiver in enumerate(document.get("waivers") or ()):
        if message := _account_fault(waiver.get("account"), aliases):
            yield Defect(("waivers", index, "account"), prefixed(message))
        if waiver["rule"] not in all_rules:
            message = f"unknown rule {waiver['rule']}{did_you_mean(waiver['rule'], all_rules)}"
            yield Defect(("waivers", index, "rule"), prefixed(message))
        if (rule := all_rules.get(waiver["rule"])) and waiver.get("user") and not rule.counts_users:
            named = ", ".join(name for name, each in all_rules.items() if each.counts_users)
            message = f"{rule.id} counts no users; leave user out, or waive one of {named}"
            yield Defect(("waivers", index, "user"), prefixed(message))
        if message := _expiry_fault(waiver["expires"], document.get("max_waiver_days"), today):
            yield Defect(("waivers", index, "expires"), prefixed(message))


def _account_fault(account: str | None, aliases: Mapping[str | None, int]) -> str | None:
    """Return why the policy does not know a waiver's account, None if it does."""
    if account is None or is_account_id(account):
        return None
    if not aliases.get(account):
        return f"{show(account)} is neither an account ID nor an alias under accounts"
    return f"{show(account)} is the alias of several accounts; use the ID" if aliases[account] > 1 else None


def _expiry_fault(expires: str, most: int | None, today: date | None) -> str | None:
    """Return the error in a waiver's last day, None if it is valid."""
    try:
        return _limit_fault(date.fromisoformat(expires), most, today)
    except ValueError as error:
        return f"invalid date {expires}; use YYYY-MM-DD: {error}"


def _limit_fault(last: date, most: int | None, today: date | None) -> str | None:
    """Return that the last day of a waiver, or of an exception of a rule, is too far ahead, None if it is not."""
    if most is None or today is None or (last - today).days <= most:
        return None
    return f"{last.isoformat()} is {plural((last - today).days, 'day')} ahead; max_waiver_days allows {most:,}"
