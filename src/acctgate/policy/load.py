"""From a policy file, and what it extends, to a policy that can be evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

from acctgate.model.outcome import Place
from acctgate.policy.chain import Chain, fault_error, read_chain, read_preset
from acctgate.policy.policy import Account, Policy, Waiver
from acctgate.policy.source import Source
from acctgate.policy.validate import BUILT_IN, Fault, faults
from acctgate.rules.base import Rule, RuleEntry


def load_policy(path: Path) -> Policy:
    """The policy in a file, with what it extends.

    Raises:
        PolicyError: A file of the chain cannot be used.
    """
    return policy_of(read_chain(path))


def load_preset(name: str) -> Policy:
    """The preset of that name: baseline or strict."""
    return policy_of(read_preset(name))


def policy_of(chain: Chain) -> Policy:
    """What the files of a chain come to.

    Raises:
        PolicyError: A rule that is not disabled lacks a parameter.
    """
    if found := incomplete(chain):
        raise fault_error(*found)
    accounts: dict[str, Account] = {}
    for source in chain.sources:
        for account_id, entry in (source.data.get("accounts") or {}).items():
            accounts[account_id] = Account(entry.get("alias"), tuple(entry.get("providers", ())))
    merged = _merged(chain)
    rules = {name: _with_level(merged.get(name)) for name in chain.known}
    waivers = tuple(waiver for source in chain.sources for waiver in _waivers(source))
    all_rules = tuple(chain.known.values())
    return Policy(rules, waivers, accounts, chain.file.name, places=dict(_places(chain)), all_rules=all_rules)


def incomplete(chain: Chain) -> tuple[Source, list[Fault]] | None:
    """The parameters that rules to be judged lack in all files together, and the last file that names such a rule."""
    merged = _merged(chain)
    levels = {name: _with_level(values)["level"] for name, values in merged.items()}
    found = [
        fault
        for fault in faults({"version": 1, "rules": merged}, chain.known)
        if levels[str(fault.keys[1])] != "disabled" or not fault.missing_parameter
    ]
    if not found:
        return None
    naming = (source for source in reversed(chain.sources) if found[0].keys[1] in (source.data.get("rules") or {}))
    return next(naming), found


def _merged(chain: Chain) -> dict[str, dict[str, Any]]:
    """What the files say of each rule: what comes later takes the place of what came earlier, value by value."""
    merged: dict[str, dict[str, Any]] = {}
    for source in chain.sources:
        for rule_id, values in (source.data.get("rules") or {}).items():
            merged.setdefault(rule_id, {}).update(values or {})
    return merged


def _waivers(source: Source) -> Iterator[Waiver]:
    for index, entry in enumerate(source.data.get("waivers") or ()):
        expires = date.fromisoformat(entry["expires"])
        place = None if source.foreign else source.location(("waivers", index))
        yield Waiver(**{**entry, "expires": expires, "place": place})


def _places(chain: Chain) -> Iterator[tuple[str, Place]]:
    files = [source for source in reversed(chain.sources) if not source.foreign]
    for name in chain.known:
        naming = next((source for source in files if name in (source.data.get("rules") or {})), None)
        if naming is not None:
            yield name, naming.location(("rules", name))
        elif files:
            yield name, files[0].location(("extends",) if name in BUILT_IN else ("rule_modules",))


def _with_level(values: dict[str, Any] | None) -> RuleEntry:
    """A rule that nobody names is disabled, one without a level mandatory."""
    if values is None:
        return RuleEntry(level="disabled")
    return cast(RuleEntry, {"level": "mandatory", **values})


def entry_fault(rule: Rule[Any], entry: RuleEntry) -> str | None:
    """What is wrong with a rule's entry that comes from elsewhere than a file, None where nothing is."""
    for fault in faults({"version": 1, "rules": {rule.id: entry}}, {**BUILT_IN, rule.id: rule}):
        if not (fault.missing_parameter and entry.get("level") == "disabled"):
            return fault.message
    return None
