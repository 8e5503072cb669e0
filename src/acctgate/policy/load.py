"""Load a policy: read the files, merge them, validate the result, build the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

from acctgate.model.account_id import is_account_id
from acctgate.model.outcome import Place
from acctgate.policy.chain import Chain, read_chain, read_preset
from acctgate.policy.groups import Group, conditions
from acctgate.policy.merge import merge
from acctgate.policy.merged import Merged, Origin
from acctgate.policy.policy import Account, Policy
from acctgate.policy.source import Keys, PolicyError
from acctgate.policy.validate import validate
from acctgate.policy.waiver import Waiver
from acctgate.rules import BUILT_IN
from acctgate.rules.base import RuleEntry
from acctgate.text import and_more


def load_policy(path: Path, today: date | None = None) -> Policy:
    """Load the policy in a file, with everything that it extends.

    Args:
        path: The file.
        today: The day (UTC) from which `max_waiver_days` counts; None does not check it.

    Raises:
        PolicyError: A file cannot be read, or the policy is invalid.
    """
    return build_policy(load_merged(path, today))


def load_preset(name: str) -> Policy:
    """Load a preset: baseline or strict."""
    return build_policy(_validated(read_preset(name)))


def load_merged(path: Path, today: date | None = None) -> Merged:
    """Load the valid policy in a file as a document, with the origin of each value.

    Args:
        path: The file.
        today: The day (UTC) from which `max_waiver_days` counts; None does not check it.

    Raises:
        PolicyError: A file cannot be read, or the policy is invalid.
    """
    return _validated(read_chain(path), today)


def _validated(chain: Chain, today: date | None = None) -> Merged:
    merged = merge(chain)
    if faults := validate(merged, today):
        raise PolicyError(f"{faults[0].text}{and_more(len(faults) - 1)}")
    return merged


def build_policy(merged: Merged) -> Policy:
    """Build the policy from a valid document."""
    entries: dict[str, Any] = merged.document.get("rules") or {}
    return Policy(
        rules={name: _with_level(entries.get(name), named=name in entries) for name in merged.all_rules},
        waivers=tuple(_waivers(merged, merged.waivers())),
        accounts={name: _account(origin.value) for name, origin in merged.accounts().items()},
        source=merged.file.name,
        places=dict(_places(merged)),
        all_rules=tuple(merged.all_rules.values()),
        files=frozenset(files_of(merged.chain)),
        modules=merged.chain.modules,
        max_age_hours=merged.document.get("max_age_hours"),
        max_waiver_days=merged.document.get("max_waiver_days"),
        inline_waivers=merged.document.get("inline_waivers", False),
        groups=tuple(_groups(merged)),
        unnamed=frozenset(name for name in merged.all_rules if name not in entries),
        names=merged.document.get("names"),
        generate=merged.document.get("generate", False),
    )


def files_of(chain: Chain) -> Iterator[Path]:
    """Yield the user's own files that a policy consists of, its rule modules included."""
    for source in chain.sources:
        if not source.foreign:
            yield source.path.resolve()
        for name in source.data.get("rule_modules") or ():
            if name.endswith(".py") and not source.foreign:
                yield (source.path.parent / name).resolve()


def _with_level(values: dict[str, Any] | None, *, named: bool) -> RuleEntry:
    """Disable a rule that no file names; make one without a level mandatory."""
    if not named:
        return RuleEntry(level="disabled")
    return cast(RuleEntry, {"level": "mandatory", **(values or {})})


def _account(entry: dict[str, Any]) -> Account:
    return Account(entry.get("alias"), tuple(entry.get("providers", ())))


def _waivers(merged: Merged, origins: Iterable[Origin], group: str | None = None) -> Iterator[Waiver]:
    ids = {alias: account for account, origin in merged.accounts().items() if (alias := origin.value.get("alias"))}
    for origin in origins:
        expires = date.fromisoformat(origin.value["expires"])
        account = origin.value.get("account")
        if account is not None and not is_account_id(account):
            account = ids[account]
        known = {"account": account, "expires": expires, "place": origin.location, "group": group}
        yield Waiver(**{**origin.value, **known})


def _groups(merged: Merged) -> Iterator[Group]:
    for name, origin in merged.groups().items():
        entry = merged.document["groups"][name]
        rules = {rule: dict(values or {}) for rule, values in (entry.get("rules") or {}).items()}
        waivers = tuple(_waivers(merged, merged.waivers(name), name))
        yield Group(name, tuple(conditions(entry["match"])), rules, waivers, origin.location)


def _places(merged: Merged) -> Iterator[tuple[str, Place]]:
    """Yield where the user's files ask for each rule; for a rule of a preset, where they name the preset."""
    files = [source for source in reversed(merged.chain.sources) if not source.foreign]
    for name in merged.all_rules:
        naming = next((source for source in files if name in (source.data.get("rules") or {})), None)
        keys: Keys = ("rules", name)
        if naming is None and (origin := merged.group_origin(name)):
            naming, keys = origin.source, origin.keys
        if naming is not None and not naming.foreign:
            yield name, naming.location(keys)
        elif files:
            yield name, files[0].location(("extends",) if name in BUILT_IN else ("rule_modules",))
