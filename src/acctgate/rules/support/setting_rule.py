"""A rule on the values of settings, which most rules are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from acctgate.language import Bilingual
from acctgate.model.snapshot import Path, Snapshot, Unknown, path_of
from acctgate.rules.support.entry import SSO_SETTING
from acctgate.rules.support.judgement import Judgement, undecided
from acctgate.rules.support.rule import P, Rule

_THROUGH_SSO: Final = Bilingual(
    "RAM users log on through SSO (where_sso: skip)", "RAM 用户通过 SSO 登录（where_sso: skip）"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SettingRule(Rule[P]):
    """A rule that depends only on the values of a few settings, so its judgements can be cached."""

    judge: Callable[..., Judgement]
    """Takes the value of each setting, in order, then the rule's entry."""
    also: tuple[str, ...] = ()
    """Further settings that `judge` takes."""
    repair: Callable[[Any, P], Any] | None = None
    """Returns the compliant value nearest to the present one, which may be `Unknown`. None if no planned resource can
    repair the setting."""
    repair_all: Callable[[P], Mapping[str, Any]] | None = None
    """Returns the compliant value of each setting to change, where `repair` can change one only."""
    where_sso: bool = False
    """Whether a policy can skip the rule where RAM users log on through SSO."""
    takes_unknown: bool = False
    """Whether `judge` accepts `Unknown` values. Otherwise one of them makes the outcome unknown."""

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that the rule reads, its own first."""
        return (self.setting, *self.also)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths of `settings` in a snapshot."""
        return tuple(map(path_of, self.settings))

    def settings_for(self, entry: P) -> tuple[str, ...]:
        """Return the settings whose values `judge_values` takes: `settings`, and SSO if the entry makes it count."""
        return (*self.settings, SSO_SETTING) if self._asks_for_sso(entry) else self.settings

    def paths_for(self, entry: P) -> tuple[Path, ...]:
        """Return the paths of `settings_for` the entry."""
        return tuple(map(path_of, self.settings_for(entry)))

    def sections(self, entry: P) -> frozenset[str]:
        """See base class."""
        return frozenset(setting.partition(".")[0] for setting in self.settings_for(entry))

    def repairs(self, value: Any, want: P) -> Mapping[str, Any]:
        """Return the compliant value of each setting to change, none if no planned resource can repair the rule.

        Args:
            value: The present value of `setting`, which may be `Unknown`.
            want: The rule's entry.
        """
        if self.repair_all is not None:
            return self.repair_all(want)
        repaired = self.repair(value, want) if self.repair is not None else None
        return {} if repaired is None else {self.setting: repaired}

    def _asks_for_sso(self, entry: P) -> bool:
        return self.where_sso and entry.get("where_sso") == "skip"

    def judgements(self, account: Snapshot, want: P, now: datetime) -> Sequence[Judgement]:
        """Judge the values of the settings: return one judgement."""
        return [self.judge_values([account.read(path) for path in self.paths_for(want)], want)]

    def judge_values(self, values: Sequence[Any], want: P) -> Judgement:
        """Return the judgement on the values of `paths_for` the entry."""
        if self._asks_for_sso(want):
            *values, sso = values
            if sso is True:
                actual = values[0].actual if isinstance(values[0], Unknown) else values[0]
                return Judgement("skipped", _THROUGH_SSO, actual)
        if not self.takes_unknown:
            for value in values:
                if isinstance(value, Unknown):
                    return undecided(value)
        return self.judge(*values, want)
