"""What is wrong in a policy file, and what of it is never used. Pure: the day is an argument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network
from typing import Any

from acctgate.model.networks import outside
from acctgate.policy.chain import Chain, chain_faults
from acctgate.policy.load import incomplete, policy_of
from acctgate.policy.policy import Policy
from acctgate.policy.provenance import Origin, origins
from acctgate.policy.source import Source
from acctgate.policy.validate import BUILT_IN


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a file would be better without, and where."""

    file: str
    line: int
    message: str
    """What, and what to do about it."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def wrong(chain: Chain) -> list[Finding]:
    """Everything that is wrong in the files of a policy. Where anything is, it cannot be used."""
    missing = chain_faults(chain) or list(filter(None, [incomplete(chain)]))
    return [_at(source, fault.keys, fault.message) for source, faults in missing for fault in faults]


def lint(chain: Chain, today: date) -> list[Finding]:
    """What of the file itself is never used, or says nothing, in the order of its lines. What it extends is not looked
    at: that is for whoever owns it.

    Raises:
        PolicyError: The policy cannot be used at all.
    """
    policy = policy_of(chain)
    found = [
        *_extended(chain),
        *_modules(chain),
        *_repeated(chain),
        *_rules(chain.file, policy),
        *_waivers(chain, policy, today),
        *_accounts(chain.file),
    ]
    return sorted(found, key=lambda finding: finding.line)


def _at(source: Source, keys: tuple[str | int, ...], message: str) -> Finding:
    return Finding(source.name, source.line(keys), message)


def _extended(chain: Chain) -> Iterator[Finding]:
    """What is extended and of which nothing is left."""
    names = chain.file.data.get("extends")
    used = {id(origin.source) for values in origins(chain).values() for origin in values.values()}
    idle = [
        source for source in chain.sources[:-1]
        if source.data.get("rules") and id(source) not in used and not _says_more(source)
    ]  # fmt: skip
    for index, name in enumerate(names if isinstance(names, list) else [names] if names else ()):
        keys: tuple[str | int, ...] = ("extends", index) if isinstance(names, list) else ("extends",)
        for source in idle:
            if source.name == name or source.path == chain.file.path.parent / name:
                yield _at(chain.file, keys, f"nothing of {name} is left: all that it says is overridden; remove it")


def _says_more(source: Source) -> bool:
    return any(source.data.get(key) for key in ("waivers", "accounts", "extends", "rule_modules"))


def _modules(chain: Chain) -> Iterator[Finding]:
    """Modules whose rules nobody asks for."""
    named = {rule for source in chain.sources for rule in source.data.get("rules") or {}}
    own = [name for name in chain.known if name not in BUILT_IN]
    if own and not named & set(own) and chain.file.data.get("rule_modules"):
        rules = ", ".join(own)
        yield _at(chain.file, ("rule_modules",), f"no rule of the modules is asked for; name one under rules: {rules}")


def _repeated(chain: Chain) -> Iterator[Finding]:
    """Rules of which the file says only what it extends says already. Beside something new, a word more is clear."""
    inherited = origins(Chain(chain.sources[:-1], chain.known)) if len(chain.sources) > 1 else {}
    for rule, entry in (chain.file.data.get("rules") or {}).items():
        before = [inherited.get(rule, {}).get(key) for key in entry or {}]
        if before and all(map(_same, before, (entry or {}).values())):
            places = " and ".join(dict.fromkeys(each.place for each in before if each))
            say = "says" if " and " not in places else "say"
            yield _at(chain.file, ("rules", rule), f"rules.{rule}: {places} {say} the same already; remove it")


def _same(before: Origin | None, value: Any) -> bool:
    said = before is not None and before.source is not None
    return said and before.value == value and type(before.value) is type(value)  # type: ignore[union-attr]


def _rules(source: Source, policy: Policy) -> Iterator[Finding]:
    known = {rule.id: rule for rule in policy.all_rules}
    for rule, entry in (source.data.get("rules") or {}).items():
        wanted: dict[str, Any] = dict(policy.rules[rule])
        given = {key: value for key, value in (entry or {}).items() if key != "level"}
        if wanted["level"] == "disabled":
            for key in given:
                yield _at(source, ("rules", rule, key), f"rules.{rule}.{key}: is never used: the rule is disabled")
            continue
        for key, value in given.items():
            if known[rule].asks_nothing(key, value):
                told = f"rules.{rule}.{key}: {value} holds for every account; ask for more, or disable the rule"
                yield _at(source, ("rules", rule, key), told)
        if rule == "network-masks":
            yield from _networks(source, wanted)
    yield from _lockout(source, policy)


def _networks(source: Source, wanted: dict[str, Any]) -> Iterator[Finding]:
    within = [ip_network(text) for text in wanted.get("within", ())]
    for index, network in enumerate(within):
        wider = next((n for i, n in enumerate(within) if i != index and _inside(network, n, i < index)), None)
        if wider is not None and (source.data["rules"]["network-masks"] or {}).get("within"):
            keys = ("rules", "network-masks", "within", index)
            told = "stands there twice" if network == wider else f"lies inside {wider}"
            yield _at(source, keys, f"rules.network-masks.within[{index}]: {network} {told}; remove it")
    most, total = wanted.get("max_addresses"), sum(network.num_addresses for network in within)
    if within and most is not None and most >= total:
        told = f"rules.network-masks.max_addresses: {most} is never reached: within has {total} addresses"
        yield _at(source, ("rules", "network-masks", "max_addresses"), told)


def _inside(network: Any, wider: Any, earlier: bool) -> bool:
    """Whether a network lies in another. Of two that are the same, the later lies in the earlier."""
    if network == wider:
        return earlier
    return bool(network.version == wider.version and network.subnet_of(wider))


def _lockout(source: Source, policy: Policy) -> Iterator[Finding]:
    """Networks that must stay reachable and that the masks may not have."""
    masks: dict[str, Any] = dict(policy.rules["network-masks"])
    wanted: dict[str, Any] = dict(policy.rules["login-lockout"])
    if "disabled" in (masks["level"], wanted["level"]) or not masks.get("within") or not wanted.get("keep_reachable"):
        return
    keep, within = (tuple(map(ip_network, texts)) for texts in (wanted["keep_reachable"], masks["within"]))
    if lost := outside(keep, within):
        names = ", ".join(map(str, lost))
        told = f"rules.login-lockout.keep_reachable: network-masks allows no mask with {names}; one of them is wrong"
        yield _at(source, ("rules", "login-lockout", "keep_reachable"), told)


def _waivers(chain: Chain, policy: Policy, today: date) -> Iterator[Finding]:
    first = len(policy.waivers) - len(chain.file.data.get("waivers") or ())
    for number in range(first, len(policy.waivers)):
        if told := _idle(number, policy, today):
            index = number - first
            yield _at(chain.file, ("waivers", index), f"waivers[{index}]: {told}; remove it")


def _idle(number: int, policy: Policy, today: date) -> str | None:
    """Why a waiver excuses nothing, None where it may."""
    waiver = policy.waivers[number]
    if waiver.expires < today:
        return f"expired on {waiver.expires.isoformat()} and no longer counts (owner {waiver.owner})"
    if policy.rules[waiver.rule]["level"] == "disabled":
        return f"{waiver.rule} is disabled: there is nothing to waive"
    for place, other in enumerate(policy.waivers):
        longer = other.covers(waiver.rule, waiver.account) and other.expires >= waiver.expires
        same = (other.account, other.expires) == (waiver.account, waiver.expires)
        if longer and (place < number if same else place != number):
            return f"another one covers it, by {other.owner} until {other.expires.isoformat()}"
    return None


def _accounts(source: Source) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for account, entry in (source.data.get("accounts") or {}).items():
        if not entry:
            yield _at(source, ("accounts", account), f"accounts.{account}: says nothing; remove it")
        for index, provider in enumerate((entry or {}).get("providers", ())):
            if owners.setdefault(provider, account) != account:
                told = (
                    f"provider {provider} is that of {owners[provider]} too: which account it deploys to is not known"
                )
                yield _at(source, ("accounts", account, "providers", index), f"accounts.{account}: {told}")
