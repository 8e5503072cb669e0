"""What a deploy does to an account's SecurityPreference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from acctgate.language import fill
from acctgate.model.effect import FOREIGN, LEAVES, UNKNOWN, Effect
from acctgate.model.effect_notes import effect_of
from acctgate.model.planned_preference import PlannedPreference, distinct
from acctgate.model.preference_keys import BY_SETTING, DEAD_SETTING, PREFERENCE_KEYS
from acctgate.model.preference_request import MODES, UNCHANGED


@dataclass(frozen=True, slots=True)
class PlannedChange(PlannedPreference):
    """One planned SecurityPreference, with its effects on an account. Settings have the API's names."""

    def touches(self, setting: str) -> bool:
        """Return whether the program declares a setting or the deploy changes it. Settings have the rules' names."""
        if setting == DEAD_SETTING:
            return self.dead is not None and self.sends_dead is not True
        return setting in BY_SETTING and BY_SETTING[setting].api in self.effects()

    def changes(self, setting: str) -> bool:
        """Return whether the deploy itself sets the setting, or for enforceMfaForLogin, whether the program does."""
        if setting not in BY_SETTING:
            return self.touches(setting)
        effect = self.effects().get(BY_SETTING[setting].api)
        return effect is not None and effect.kind in ("sets", "unknown")

    def ignoring(self, keys: Collection[str], *, dead: bool = False, partly: Collection[str] = ()) -> PlannedChange:
        """Return the change without what the engine ignores, so that an update leaves these settings as recorded.

        An update leaves out what is not recorded, and a provider that sends all settings then resets it.

        Args:
            keys: The settings whose changes are ignored.
            dead: Whether changes of enforceMfaForLogin are ignored.
            partly: Those of them of which only a part is ignored: what an update makes of them is unknown.
        """
        values = dict.fromkeys(keys, LEAVES if self.refreshed else UNKNOWN)
        if self.refreshed is False and self.recorded is not None:
            values = {key: self.recorded[key] for key in keys if key in self.recorded}
        values |= dict.fromkeys(partly, UNKNOWN)
        same = dict.fromkeys(keys, False) | dict.fromkeys(partly)
        rest = {key: value for key, value in self.declared.items() if key not in keys}
        return replace(
            self,
            declared={**rest, **values},
            differs={**self.differs, **same},
            ignored=self.ignored | frozenset(keys),
            dead=None if dead else self.dead,
        )

    def effects(self, *live: Mapping[str, Any]) -> dict[str, Effect]:
        """Return what the deploy does to each setting that it touches or that the program declares.

        Args:
            live: What the live values may be when a refresh or an import records them, as far as they are known. By
                default any values.
        """
        if self.operation == "delete":
            return {}
        if self.foreign is not None and self.operation != "same":
            note = fill(FOREIGN, self.name, self.foreign)
            return {key.api: Effect("unknown", None, note) for key in PREFERENCE_KEYS}
        scenarios = self.scenarios(self.provider.eras, *live)
        if self.deferred:
            scenarios.append({})
        keys = dict.fromkeys(key for scenario in scenarios for key in scenario)
        found = {key: [each for scenario in scenarios for each in scenario.get(key, [UNCHANGED])] for key in keys}
        for key in self.perhaps_recorded & found.keys():
            if live and all(_is_looser(key, self.declared.get(key), values.get(key)) for values in live):
                found[key] = [each for each in found[key] if each.value is not LEAVES]
        return {key: effect_of(self, key, distinct(alternatives)) for key, alternatives in found.items()}


def _is_looser(mode: str, declared: object, live: object) -> bool:
    values = MODES[mode]
    return declared in values and live in values and values.index(declared) < values.index(live)
