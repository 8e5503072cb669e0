"""Generated cases: an account, what was deployed to it, what drifted, and what the program declares now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Literal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy, composite

from acctgate.demo import DemoAccount
from acctgate.model.preference_keys import PREFERENCE_KEYS, PreferenceKey
from acctgate.model.provider_eras import ERAS, NEWEST, ProviderEra, parse_version, pulumi_eras

Settings = Mapping[str, Any]
"""API name of a setting → value."""

KEYS: Final[Mapping[str, PreferenceKey]] = {key.api: key for key in PREFERENCE_KEYS}
MASKS: Final = ("10.0.0.0/8", "10.0.0.0/8;192.0.2.7", "0.0.0.0/0", "198.51.100.0/24")
ENFORCE: Final = "EnforceMFAForLogin"
"""The older MFA switch. The newest providers accept it and send nothing."""
_FIRST: Final[Mapping[str, SearchStrategy[Any]]] = {
    "LoginSessionDuration": st.sampled_from((1, 6, 8, 12, 24)),
    "LoginNetworkMasks": st.sampled_from(MASKS),
    "EnableSaveMFATicket": st.booleans(),
    "AllowUserToChangePassword": st.booleans(),
    "AllowUserToManageAccessKeys": st.booleans(),
    "AllowUserToManageMFADevices": st.booleans(),
}
"""The settings that the oldest providers know."""
_SECOND: Final[Mapping[str, SearchStrategy[Any]]] = {
    **_FIRST,
    "MFAOperationForLogin": st.sampled_from(("mandatory", "adaptive", "independent")),
    "OperationForRiskLogin": st.sampled_from(("autonomous", "enforceVerify")),
    "AllowUserToManagePersonalDingTalk": st.booleans(),
    "AllowUserToLoginWithPasskey": st.booleans(),
    "VerificationTypes": st.sampled_from((["sms"], ["email"], ["sms", "email"])),
}
"""The settings that providers know from 1.248 on."""
VALUES: Final[Mapping[str, SearchStrategy[Any]]] = {
    **_SECOND,
    "MaxIdleDaysForUsers": st.sampled_from((90, 180, 730)),
    "MaxIdleDaysForAccessKeys": st.sampled_from((90, 180, 730)),
}
"""All settings. A prediction is compared where a rule judges the setting, so that the report says what it will be."""
_EMPTY: Final = {
    "LoginNetworkMasks": "",
    "MFAOperationForLogin": "",
    "OperationForRiskLogin": "",
    "VerificationTypes": [],
}
"""Empty values, which the provider takes as left out or as removed."""
ALL: Final = "*"
"""Stands for all settings."""
OLDER: Final = "3.80.0"
"""The version that makes the first deploy where a case upgrades the provider."""
VERSIONS: Final = (None, None, None, "3.70.0", OLDER, "3.100.0")
"""The newest Pulumi provider, which is the most frequent, and one of each older era."""
HELPER: Final = "9999999999999999"
"""The account of a new resource whose outputs are not known before the deploy."""


_KINDS: Final = (
    "plain",
    "plain",
    "plain",
    "secret",
    "unknown",
    "ignored",
    "all ignored",
    "replace",
    "replace newly",
    "trigger",
    "moved",
    "moved",
    "harmless",
    "second",
    "provider",
    "upgraded",
)
_RUNS: Final = (
    "plain",
    "plain",
    "plain",
    "refresh",
    "always",
    "target",
    "exclude",
    "replace",
    "taint",
    "pending",
)


Move = Literal["", "renamed", "nested", "renamed and nested"]
_MOVES: Final[tuple[Move, ...]] = ("renamed", "nested", "renamed and nested")
_TRIGGERS: Final = st.sampled_from((None, 1, 2))
HARMLESS: Final = ("retain_on_delete", "delete_before_replace", "custom_timeouts", "additional_secret_outputs")
"""Options of Pulumi. Terraform has other names for some of them."""


@dataclass(frozen=True)
class Case:
    """One account and what happens to it."""

    live: Settings
    """The account before anything is deployed."""
    deployed: Settings | None
    """What the program declared when it was last deployed; None: it has no resource."""
    drift: Settings
    """What somebody changed in the account afterwards."""
    planned: Settings | None
    """What the program declares now; None: the resource is gone."""
    version: str | None = None
    """The version of the provider; None: the newest."""
    imported: bool = False
    """Whether a resource that is not recorded is imported."""
    secret: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """The settings that are secret, and those that another resource of the same deploy gives."""
    ignored: tuple[str, ...] = ()
    """The settings whose changes are ignored, or `ALL`."""
    replace_on_changes: bool = False
    newly: bool = False
    """Whether the program asks for these replacements only now."""
    trigger: tuple[int | None, int | None] = (None, None)
    """What triggers a replacement when it changes: the value of the first deploy, and of the second."""
    moved: Move = ""
    """Whether the program now declares it by another name, or in a component or module."""
    harmless: tuple[str, ...] = ()
    """Options that change nothing in what is sent."""
    second: Settings | None = None
    """What another new resource on the same account declares; None: there is none."""
    protect: bool = False
    """Whether the engine must neither delete nor replace the resource."""
    provider: Literal["same", "updated", "replaced"] = "same"
    """What happens to the provider: another region, which may replace it."""
    answers_enforce: bool = False
    """Whether the account's answer has `ENFORCE`, which the oldest providers read."""
    upgraded: bool = False
    """Whether `OLDER` made the first deploy, and `version` makes the second."""


@dataclass(frozen=True)
class Options:
    """How the engine runs the second deploy. Cases are named by their index."""

    refresh: bool = False
    always: bool = False
    """Whether the project file asks for the refresh, and not the command line."""
    show_sames: bool = False
    """Whether `preview --json` shows what does not change."""
    targets: tuple[int, ...] = ()
    excludes: tuple[int, ...] = ()
    dependents: bool = False
    """Whether dependents of targets and excludes count, too."""
    replace: tuple[int, ...] = ()
    taint: tuple[int, ...] = ()
    pending: tuple[int, ...] = ()
    """The resources whose replacement an earlier deploy has left pending."""


def _era(version: str | None) -> ProviderEra:
    numbers = parse_version(version)
    return pulumi_eras(numbers)[0] if numbers else NEWEST[0]


def _settings(version: str | None) -> dict[str, SearchStrategy[Any]]:
    """Return the settings that a provider knows."""
    values = dict({ERAS[0]: _FIRST, ERAS[1]: _SECOND}.get(_era(version), VALUES))
    for name in _EMPTY.keys() & values:
        values[name] = values[name] | values[name] | st.just(_EMPTY[name])
    return {**values, ENFORCE: st.booleans()}


@composite
def _declared(draw: DrawFn, version: str | None = None) -> dict[str, Any]:
    """Programs: any part of the settings, often most of them."""
    values = _settings(version)
    dropped = draw(st.sets(st.sampled_from(sorted(values)), max_size=draw(st.sampled_from((2, len(values))))))
    return {name: draw(values[name]) for name in values if name not in dropped}


@composite
def cases(draw: DrawFn, *, versions: Sequence[str | None] = VERSIONS) -> Case:
    """Accounts with every combination of recorded state, drift and plan; plans that change little are frequent.

    Args:
        draw: Draws values.
        versions: The versions of the provider that are available; None: the newest.
    """
    live = {name: draw(values) for name, values in VALUES.items()}
    live["LoginNetworkMasks"] = draw(st.sampled_from((*MASKS, "")))
    version = draw(st.sampled_from(versions))
    deployed = (draw(st.sampled_from((True, True, False))) and draw(_declared(version))) or None
    drifted = draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=3))
    drift = {name: draw(VALUES[name]) for name in sorted(drifted)}
    how = draw(st.sampled_from(("same", "one", "left out", "new", "new", "gone")))
    planned: dict[str, Any] | None = dict(deployed or draw(_declared(version)))
    if how == "one" and planned:
        name = draw(st.sampled_from(sorted(planned)))
        planned[name] = draw(_settings(version)[name])
    elif how == "left out" and planned:
        del planned[draw(st.sampled_from(sorted(planned)))]
    elif how == "new":
        planned = draw(_declared(version))
    elif how == "gone" and deployed is not None:
        planned = None
    some = st.lists(st.sampled_from(sorted(planned)), max_size=2, unique=True).map(tuple) if planned else st.just(())
    kind = draw(st.sampled_from(_KINDS))
    replaced = kind in ("replace", "replace newly", "trigger", "provider")
    return Case(
        live,
        deployed,
        drift,
        planned,
        version,
        imported=deployed is None and not replaced and draw(st.booleans()),
        secret=draw(some) if kind == "secret" else (),
        unknown=draw(some) if kind == "unknown" else (),
        ignored=(ALL,) if kind == "all ignored" else draw(some) if kind == "ignored" else (),
        replace_on_changes=kind in ("replace", "replace newly"),
        newly=kind == "replace newly",
        trigger=draw(st.tuples(_TRIGGERS, _TRIGGERS)) if kind == "trigger" else (None, None),
        moved=draw(st.sampled_from(_MOVES)) if kind == "moved" and deployed and planned else "",
        harmless=draw(st.lists(st.sampled_from(HARMLESS), unique=True).map(tuple)) if kind == "harmless" else (),
        second=draw(_declared(version)) if kind == "second" else None,
        protect=planned is not None and not replaced and draw(st.integers(0, 9)) == 0,
        provider=draw(st.sampled_from(("updated", "replaced"))) if kind == "provider" else "same",
        answers_enforce=_era(version).sends_enforce_mfa and draw(st.booleans()),
        upgraded=kind == "upgraded" and OLDER in versions and version != OLDER,
    )


@composite
def options(draw: DrawFn, count: int) -> Options:
    """Draw a run of the engine: plain ones are the most frequent."""
    some = st.lists(st.integers(0, count - 1), min_size=1, max_size=count // 2, unique=True).map(tuple)
    kind = draw(st.sampled_from(_RUNS))
    return Options(
        refresh=kind == "refresh" or (kind in ("target", "taint") and draw(st.booleans())),
        always=kind == "always",
        show_sames=draw(st.booleans()),
        targets=draw(some) if kind == "target" else (),
        excludes=draw(some) if kind == "exclude" else (),
        dependents=kind in ("target", "exclude") and draw(st.booleans()),
        replace=draw(some) if kind == "replace" else (),
        taint=draw(some) if kind == "taint" else (),
        pending=draw(some) if kind == "pending" else (),
    )


def account_id(index: int) -> str:
    """Return the account of a case."""
    return str(1_000_000_000_000_000 + index)


def accounts(given: Sequence[Case]) -> list[DemoAccount]:
    """Return the accounts of all cases as they are before anything is deployed."""
    made = []
    for index, case in enumerate(given):
        account = DemoAccount(account_id(index), answers_enforce_mfa=case.answers_enforce)
        change(account, case.live)
        made.append(account)
    return [*made, DemoAccount(HELPER)]


def change(account: DemoAccount, values: Settings) -> None:
    """Change settings of an account, as somebody in the console would."""
    for name, value in values.items():
        account.preference.setdefault(KEYS[name].group, {})[name] = deepcopy(value)
