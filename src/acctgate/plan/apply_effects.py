"""Apply what planned resources do to the settings of one section of a snapshot. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final, NamedTuple

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.effect import LEAVES, Effect
from acctgate.model.outcome import Place
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.model.snapshot_document import setting_names
from acctgate.redact import one_line
from acctgate.text import show

Touching = Mapping[str, list[tuple[str, Effect]]]
"""For each setting, the resources that touch it, by name, and what each does."""


class Layer(NamedTuple):
    """The settings that planned resources of one kind change."""

    section: str
    paths: Mapping[str, Path]
    """Where each setting stands in a snapshot."""
    noun: str
    """What an account has one of."""


_UNMATCHED: Final = Words(
    "{} cannot be matched to an account{}; name its provider {} under `accounts` in the policy file",
    "无法将 {} 与账号对应{}；请在策略文件的 `accounts` 中写明它的 provider {}",
)
_CONTRADICT: Final = Words(
    "{} contradict each other ({}): one account has one {}", "{} 互相矛盾（{}）：一个账号只有一个{}"
)


def apply_effects(
    snapshot: Snapshot, layer: Layer, live: Mapping[str, Any], touched: Touching, places: Mapping[Path, Place]
) -> Snapshot:
    """Return the account after the deploy, with a note on each setting that is touched.

    Args:
        snapshot: The account as it is.
        layer: The settings.
        live: Their values, or `Unknown`.
        touched: What planned resources do to them.
        places: Where the program declares the resources that touch a setting.
    """
    after = {key: _combined(effects, layer.noun) for key, effects in touched.items()}
    values = {key: _after(after[key], live[key]) if key in after else live[key] for key in layer.paths}
    notes = {layer.paths[key]: _note(effect, live[key]) for key, effect in after.items()}
    return replace(
        _with_values(snapshot, layer, values),
        notes={**snapshot.notes, **notes},
        places={**snapshot.places, **places},
        before=snapshot.before or _with_values(snapshot, layer, live),
    )


def _with_values(snapshot: Snapshot, layer: Layer, values: Mapping[str, Any]) -> Snapshot:
    """Return the account with these settings, each a value or `Unknown`."""
    document = {"version": 1, **snapshot.document, layer.section: _section(snapshot, layer, values)}
    if layer.section in snapshot.errors:  # the reason stays with each value that is still unknown
        document["errors"] = {name: error for name, error in snapshot.errors.items() if name != layer.section}
    elsewhere = {path: why for path, why in snapshot.problems.items() if path[0] != layer.section}
    problems = {**Snapshot.from_document(document).problems, **elsewhere, **_problems(snapshot, layer, values)}
    return replace(snapshot, document=document, problems=problems)


def unmatched_reason(name: str, provider: str, why: str) -> str:
    """Return why it is not known whether a resource is deployed to an account."""
    return fill(_UNMATCHED, name, fill(Words(", {}", "，{}"), why) if why else "", one_line(provider))


def _section(snapshot: Snapshot, layer: Layer, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the live section with every known value."""
    live = snapshot.document.get(layer.section)
    section: dict[str, Any] = deepcopy(live) if isinstance(live, dict) else {}
    if live is None or layer.section in snapshot.errors:  # else a missing group would hide why a value is unknown
        section = {**{str(path[1]): {} for path in layer.paths.values() if len(path) > 2}, **section}
    for key, (_, *groups, name) in layer.paths.items():
        if isinstance(values[key], Unknown):
            continue
        target = section
        for group in groups:
            if not isinstance(target.setdefault(str(group), {}), dict):
                target[str(group)] = {}
            target = target[str(group)]
        if values[key] == [] and str(name) not in target and layer.section in snapshot.document:
            continue  # the API leaves out an empty list, with and without a plan
        target[str(name)] = values[key]
    return section


def _problems(snapshot: Snapshot, layer: Layer, values: Mapping[str, Any]) -> dict[Path, str]:
    """Return why values are unknown. A value that is only absent from an answer stays absent."""
    read = layer.section in snapshot.document
    unknown = {layer.paths[key]: value for key, value in values.items() if isinstance(value, Unknown)}
    found = {path: value.reason for path, value in unknown.items() if not (value.absent and read)}
    return found if read else {**_not_read(snapshot, layer), **found}


def _not_read(snapshot: Snapshot, layer: Layer) -> dict[Path, str]:
    """Return why the settings are unknown that planned resources do not have, of a section that was not read."""
    paths = (tuple(name.split(".")) for name in setting_names() if name.startswith(f"{layer.section}."))
    others = {path: snapshot.read(path) for path in paths if path not in layer.paths.values()}
    return {path: value.reason for path, value in others.items() if isinstance(value, Unknown)}


def _note(effect: Effect, live: Any) -> str:
    changed = effect.kind == "sets" and not isinstance(live, Unknown) and not _same(live, effect.value)
    return fill(Words("{} (now {})", "{}（现为 {}）"), effect.note, show(live)) if changed else effect.note


def _after(effect: Effect, live: Any) -> Any:
    """Return the setting's value after the deploy."""
    match effect.kind:
        case "sets":
            return effect.value
        case "unknown":
            return Unknown(effect.note)
        case "either":
            values = [live if value is LEAVES else value for value in effect.value]
            return values[0] if all(_same(value, values[0]) for value in values) else Unknown(effect.note)
    return live


def _combined(touching: Sequence[tuple[str, Effect]], noun: str) -> Effect:
    """Return the effect of all resources that touch a setting. A resource that does not send it does not count."""
    sending = [(name, effect) for name, effect in touching if effect.kind != "leaves"] or list(touching)
    first = sending[0][1]
    if all(effect.kind == first.kind and _same(effect.value, first.value) for _, effect in sending):
        return first
    if first.kind == "leaves":
        return replace(first, note=join(Words("; ", "；"), (effect.note for _, effect in sending)))
    sending.sort(key=lambda each: each[0])  # the engine registers resources in any order
    names = list(dict.fromkeys(name for name, _ in sending))  # plans of several root modules may use one name
    same_name = Bilingual(f"{len(sending)} resources named {names[0]}", f"{len(sending)} 个名为 {names[0]} 的资源")
    who = join(Words(" and ", " 和 "), names) if len(names) > 1 else same_name
    shown = dict.fromkeys(show(e.value) if e.kind == "sets" else Bilingual("unknown", "未知") for _, e in sending)
    return Effect("unknown", None, fill(_CONTRADICT, who, join(Words(" or ", " 或 "), shown), noun))


def _same(first: Any, second: Any) -> bool:
    return type(first) is type(second) and bool(first == second)
