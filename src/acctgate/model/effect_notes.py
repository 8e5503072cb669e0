"""Put into words what a planned SecurityPreference does to one setting, and why."""

from __future__ import annotations

from collections.abc import Sequence

from acctgate.model.effect import LEAVES, Effect, Marker
from acctgate.model.planned_preference import PlannedPreference
from acctgate.model.preference_keys import DEFAULT_HOURS, HOURS, MASKS
from acctgate.model.preference_request import Alternative, Reason
from acctgate.text import show


def effect_of(change: PlannedPreference, key: str, alternatives: Sequence[Alternative]) -> Effect:
    """Return what a change does to a setting, from the values that the setting may have after it."""
    if any(isinstance(each.value, Marker) for each in alternatives):
        return Effect("unknown", None, _unknown_note(change, key, alternatives))
    first = alternatives[0]
    if len(alternatives) > 1:
        values = tuple(each.value for each in alternatives)
        return Effect("either", values, _either_note(change, key, alternatives))
    if first.value is LEAVES:
        return Effect("leaves", change.declared.get(key), _leaves_note(change, key, first.reason))
    return Effect("sets", first.value, _note(change, key, first))


def _unknown_note(change: PlannedPreference, key: str, alternatives: Sequence[Alternative]) -> str:
    given = (change.declared.get(key), change.dead)
    if not any(isinstance(value, Marker) for value in given) and change.depends_on_version(key):
        return f"what {change.name} makes of it depends on {_version_note(change)}"
    marked = next(each for each in alternatives if isinstance(each.value, Marker))
    if marked.reason is Reason.RECORDED:
        return f"{change.name} sends the recorded value again, which is not known"
    return f"{change.name} sets it to {marked.value.value}"


def _leaves_note(change: PlannedPreference, key: str, reason: Reason) -> str:
    if key in change.ignored:
        return f"{change.name} ignores changes of {change.spelled(key)}, so the deploy does not send it"
    value = change.declared.get(key)
    shown = value.value if isinstance(value, Marker) else show(value)
    if reason is Reason.EMPTY or (value == "" and key != MASKS):
        return f'{change.name} gives "" for {change.spelled(key)}, which the provider takes as left out'
    if reason is Reason.NO_CALL:
        return f"{change.name} declares {shown}, but the deploy does not send it: the update sends nothing"
    drift = "the deploy does not send it, since the recorded state has this value already; run a refresh first"
    return f"{change.name} declares {shown}, but {drift}"


def _note(change: PlannedPreference, key: str, alternative: Alternative) -> str:
    match alternative.reason:
        case Reason.LEFT_OUT | Reason.NOT_SENT if key in (MASKS, HOURS):
            return _default_note(change, key, alternative.reason)
        case Reason.LEFT_OUT:
            return f"{change.name} leaves out {change.spelled(key)}, which removes it"
        case Reason.RECORDED:
            return f"{change.name} leaves it out and so sends the recorded value again"
        case Reason.ENFORCE:
            return f"{change.name} sends {change.dead_name}, which decides about MFA"
    return f"planned by {change.name}"


def _default_note(change: PlannedPreference, key: str, reason: Reason) -> str:
    does = "clears the masks" if key == MASKS else f"puts the session back to {DEFAULT_HOURS} hours"
    if reason is Reason.NOT_SENT:
        version = change.provider.version or "before 1.287.0"
        why = f"provider {version} sends {change.spelled(key)} only when it changes; upgrade to 1.287.0 or later"
    else:
        empties = "empties" if key in change.declared else "leaves out"
        why = f"{change.name} {empties} {change.spelled(key)}"
    return f"this deploy itself {does}: {why}"


def _either_note(change: PlannedPreference, key: str, alternatives: Sequence[Alternative]) -> str:
    values = [each for each in alternatives if each.value is not LEAVES]
    if change.deferred:
        why = "this run perhaps leaves it out" if change.is_pulumi else "the plan defers it to a later run"
        return f"{change.name} declares {show(values[0].value)}, but {why}"
    if change.depends_on_version(key):
        shown = " or ".join("the live value" if each.value is LEAVES else show(each.value) for each in alternatives)
        return f"{change.name} leaves {shown}, depending on {_version_note(change)}"
    unsent = "whether the deploy sends it depends on the recorded state, which is not known"
    if change.is_pulumi and change.recorded is None:
        unsent += "; name the deployed stack with --stack"
    if key in change.perhaps_recorded:
        depends = "whether the deploy sends it depends on the recorded outputs, which a saved plan does not contain"
        unsent = f"{depends}; use `pulumi preview --json`"
    if change.perhaps_replaced or (change.perhaps_imported and change.operation == "update"):
        unseen = "whether this deploy updates or replaces it is not shown to the policy pack"
        unsent = f"{unseen}; run a refresh first, or judge `pulumi preview --json`"
    elif change.perhaps_imported:
        unsent = f"an import leaves it as it is; declare {change.spelled(key)}"
    if values[0].reason in (Reason.LEFT_OUT, Reason.NOT_SENT) and key in (MASKS, HOURS):
        return f"{_note(change, key, values[0])}; {unsent}"
    return f"{change.name} declares {' or '.join(show(each.value) for each in values)}; {unsent}"


def _version_note(change: PlannedPreference) -> str:
    version = f" ({change.provider.version})" if change.provider.version else ""
    pulumi = "make the preview with --show-sames, which shows it, or name a version in the resource's options"
    usual = pulumi if change.is_pulumi else "pin the provider, or name its lock file with --lock-file"
    remedy = change.provider.version_hint or usual
    return f"the provider's version, which is not known{version}; {remedy}"
