"""Generated deploys: what the pack predicts of many accounts, and what a deploy on the real engine makes of them.

One run of the engine deploys many cases: each has an account, a provider with a role of its own, and a
SecurityPreference. So thousands of deploys take minutes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
import pulumi_alicloud as alicloud
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy, composite

from acctgate.demo import DemoAccount
from acctgate.model.preference_keys import PREFERENCE_KEYS, PreferenceKey

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
"""The settings that the oldest providers support."""
VALUES: Final[Mapping[str, SearchStrategy[Any]]] = {
    **_FIRST,
    "MFAOperationForLogin": st.sampled_from(("mandatory", "adaptive", "independent")),
    "OperationForRiskLogin": st.sampled_from(("autonomous", "enforceVerify")),
    "AllowUserToManagePersonalDingTalk": st.booleans(),
    "AllowUserToLoginWithPasskey": st.booleans(),
    "MaxIdleDaysForUsers": st.sampled_from((90, 180, 730)),
    "MaxIdleDaysForAccessKeys": st.sampled_from((90, 180, 730)),
    "VerificationTypes": st.sampled_from((["sms"], ["email"], ["sms", "email"])),
}
"""All settings. A prediction is compared where a rule judges the setting, so that the report says what it will be."""
_EMPTY: Final = {
    "LoginNetworkMasks": "",
    "MFAOperationForLogin": "",
    "OperationForRiskLogin": "",
    "VerificationTypes": [],
}
"""Empty values, which the provider takes as left out or as removed."""
VERSIONS: Final = ("3.70.0", "3.80.0", "3.100.0")
"""A Pulumi provider of each older era."""
_REASON: Final = re.compile(
    r"preference\d+(\.2)?|\"[^\"]*\"|\d+|\b(true|false)\b|\b\w*(For|To|With|Types|Masks|Duration|Ticket)\w*\b"
)
NOT_PREDICTIONS: Final = ("login-lockout", "no-loosening")
"""Rules that look at several settings, or at the change itself."""


@dataclass(frozen=True)
class Case:
    """One account and the deploys to it."""

    live: Settings
    """The account before anything is deployed."""
    deployed: Settings | None
    """What the program declared at its last deploy. None: no resource."""
    drift: Settings
    """Changes that were made in the account afterwards."""
    planned: Settings | None
    """What the program declares now. None: the resource is removed."""
    version: str | None = None
    """The version of the provider. None: the newest."""
    imported: bool = False
    """Whether a resource that is not recorded is imported."""
    secret: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """The settings that are secret, and those that another resource of the same deploy sets."""
    ignored: tuple[str, ...] = ()
    """The settings whose changes are ignored."""
    replace_on_changes: bool = False
    second: Settings | None = None
    """What another new resource on the same account declares. None: there is no other resource."""


@dataclass(frozen=True)
class Options:
    """How the engine runs the second deploy. Cases are named by their index."""

    refresh: bool = False
    targets: tuple[int, ...] = ()
    excludes: tuple[int, ...] = ()
    dependents: bool = False
    """Whether dependents of targets and excludes count, too."""
    replace: tuple[int, ...] = ()
    taint: tuple[int, ...] = ()


@dataclass
class Tally:
    """The results of the predictions, setting by setting."""

    right: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why settings are unknown, without names and values."""

    @property
    def total(self) -> int:
        """How many settings were predicted."""
        return self.right + self.unknown + len(self.wrong)

    def __str__(self) -> str:
        share = self.unknown / self.total if self.total else 0
        known = f"{self.right:,} right, {self.unknown:,} unknown ({share:.1%}), {len(self.wrong)} wrong"
        return f"{self.total:,} settings: {known}"


def _settings(version: str | None) -> dict[str, SearchStrategy[Any]]:
    """Return the settings that a provider knows. The older ones have the older MFA switch."""
    values = dict(_FIRST if version == VERSIONS[0] else VALUES)
    for name in _EMPTY.keys() & values:
        values[name] = values[name] | values[name] | st.just(_EMPTY[name])
    return {**values, ENFORCE: st.booleans()} if version in VERSIONS[:2] else values


@composite
def _declared(draw: DrawFn, version: str | None = None) -> dict[str, Any]:
    """Programs: any part of the settings, often most of them."""
    values = _settings(version)
    dropped = draw(st.sets(st.sampled_from(sorted(values)), max_size=draw(st.sampled_from((2, len(values))))))
    return {name: draw(values[name]) for name in values if name not in dropped}


@composite
def cases(draw: DrawFn) -> Case:
    """Accounts with every combination of recorded state, drift and plan; plans that change little are frequent."""
    live = {name: draw(values) for name, values in VALUES.items()}
    live["LoginNetworkMasks"] = draw(st.sampled_from((*MASKS, "")))
    version = draw(st.sampled_from((None, None, None, *VERSIONS)))
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
    kind = draw(st.sampled_from(("plain", "plain", "plain", "secret", "unknown", "ignored", "replace", "second")))
    return Case(
        live,
        deployed,
        drift,
        planned,
        version,
        imported=deployed is None and kind != "replace" and draw(st.booleans()),
        secret=draw(some) if kind == "secret" else (),
        unknown=draw(some) if kind == "unknown" else (),
        ignored=draw(some) if kind == "ignored" else (),
        replace_on_changes=kind == "replace",
        second=draw(_declared(version)) if kind == "second" else None,
    )


@composite
def options(draw: DrawFn, count: int) -> Options:
    """Return runs of the engine, most of them plain."""
    some = st.lists(st.integers(0, count - 1), min_size=1, max_size=count // 2, unique=True).map(tuple)
    kind = draw(st.sampled_from(("plain", "plain", "plain", "refresh", "target", "exclude", "replace", "taint")))
    return Options(
        refresh=kind == "refresh" or (kind in ("target", "taint") and draw(st.booleans())),
        targets=draw(some) if kind == "target" else (),
        excludes=draw(some) if kind == "exclude" else (),
        dependents=kind in ("target", "exclude") and draw(st.booleans()),
        replace=draw(some) if kind == "replace" else (),
        taint=draw(some) if kind == "taint" else (),
    )


def account_id(index: int) -> str:
    """Return the account of a case."""
    return str(1_000_000_000_000_000 + index)


def accounts(given: Sequence[Case]) -> list[DemoAccount]:
    """Return the accounts of all cases as they are before anything is deployed."""
    made = []
    for index, case in enumerate(given):
        account = DemoAccount(account_id(index))
        change(account, case.live)
        made.append(account)
    return [*made, DemoAccount(HELPER)]


def change(account: DemoAccount, values: Settings) -> None:
    """Change settings of an account, as somebody in the console would."""
    for name, value in values.items():
        account.preference.setdefault(KEYS[name].group, {})[name] = deepcopy(value)


def program(given: Sequence[Case], *, second: bool) -> Callable[[], None]:
    """Return a Pulumi program that declares the preferences of all cases.

    Args:
        given: The cases.
        second: Whether it is the program whose deploy is predicted, or the one before.
    """

    def run() -> None:
        helper = _helper() if second and any(case.unknown for case in given) else None
        for index, case in enumerate(given):
            declared = case.planned if second else case.deployed
            provider = _provider(index, case)
            if declared is not None:
                _declare(f"preference{index}", case, declared, provider, helper, index if second else None)
            if second and case.second is not None:
                _declare(f"preference{index}.2", Case({}, None, {}, None), case.second, provider, None, None)

    return run


HELPER: Final = "9999999999999999"
"""The account of a new resource whose outputs are unknown before the deploy."""


def _helper() -> pulumi.Output[Any]:
    role = alicloud.ProviderAssumeRoleArgs(role_arn=f"acs:ram::{HELPER}:role/deploy")
    provider = alicloud.Provider("helper", region="cn-shanghai", assume_role=role)
    options = pulumi.ResourceOptions(provider=provider)
    preference = alicloud.ram.SecurityPreference(f"preference{HELPER}", login_session_duration=6, opts=options)
    return preference.mfa_operation_for_login


def _provider(index: int, case: Case) -> alicloud.Provider:
    role = alicloud.ProviderAssumeRoleArgs(role_arn=f"acs:ram::{account_id(index)}:role/deploy")
    options = pulumi.ResourceOptions(version=case.version) if case.version else None
    return alicloud.Provider(f"provider{index}", region="cn-shanghai", assume_role=role, opts=options)


def _declare(
    name: str, case: Case, declared: Settings, provider: alicloud.Provider, helper: Any, index: int | None
) -> None:
    arguments: dict[str, Any] = {}
    for key, value in declared.items():
        given = pulumi.Output.secret(value) if key in case.secret else value
        if helper is not None and key in case.unknown:
            given = helper.apply(lambda _, value=value: value)
        arguments[_argument(key)] = given
    options = pulumi.ResourceOptions(
        provider=provider,
        import_=account_id(index) if case.imported and index is not None else None,
        ignore_changes=[_property(key) for key in case.ignored] or None,
        replace_on_changes=["*"] if case.replace_on_changes else None,
    )
    alicloud.ram.SecurityPreference(name, **arguments, opts=options)


def _argument(key: str) -> str:
    return "enforce_mfa_for_login" if key == ENFORCE else KEYS[key].terraform


def _property(key: str) -> str:
    return "enforceMfaForLogin" if key == ENFORCE else KEYS[key].pulumi


def compare(given: Sequence[Case], report: Mapping[str, Any], after: Sequence[DemoAccount], tally: Tally) -> None:
    """Compare what the report says of each setting with what the deploy made of it."""
    reported = {account["account"]: account["outcomes"] for account in report["accounts"]}
    for index, (case, account) in enumerate(zip(given, after, strict=False)):
        for outcome in reported.get(account_id(index), ()):
            name = outcome["setting"].rpartition(".")[2]
            if name not in VALUES or outcome["rule"] in NOT_PREDICTIONS or outcome["outcome"] == "skipped":
                continue
            real = account.preference.get(KEYS[name].group, {}).get(name)
            if outcome["outcome"] == "unknown":
                assert len(outcome["message"]) > len("unknown: "), "an unknown names its reason"
                tally.unknown += 1
                tally.reasons[_REASON.sub("", outcome["message"])] += 1
            elif outcome["actual"] == real and type(outcome["actual"]) is type(real):
                tally.right += 1
            else:
                tally.wrong.append(f"{index} {name}: predicted {outcome['actual']!r}, became {real!r}: {case}")
