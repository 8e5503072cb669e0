"""Generated deploys: what the pack predicts of many accounts, and what a deploy on the real engine makes of them.

One run of the engine deploys many cases: each has an account, a provider with a role of its own, and a
SecurityPreference. So thousands of deploys take minutes.
"""

from __future__ import annotations

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
VALUES: Final[Mapping[str, SearchStrategy[Any]]] = {
    "MFAOperationForLogin": st.sampled_from(("mandatory", "adaptive", "independent")),
    "OperationForRiskLogin": st.sampled_from(("autonomous", "enforceVerify")),
    "EnableSaveMFATicket": st.booleans(),
    "LoginSessionDuration": st.sampled_from((1, 6, 8, 12, 24)),
    "LoginNetworkMasks": st.sampled_from(MASKS),
    "AllowUserToChangePassword": st.booleans(),
    "AllowUserToManageAccessKeys": st.booleans(),
    "AllowUserToManageMFADevices": st.booleans(),
    "AllowUserToManagePersonalDingTalk": st.booleans(),
}
"""The settings that a rule judges, so that the report says what they will be."""


NOT_PREDICTIONS: Final = ("login-lockout", "no-loosening")
"""Rules that look at several settings, or at the change itself."""


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


@dataclass(frozen=True)
class Options:
    """How the engine runs the second deploy."""

    refresh: bool = False
    targets: tuple[int, ...] = ()
    """The cases whose resources are targeted; empty: all."""
    replace: tuple[int, ...] = ()
    """The cases whose resources are replaced."""


@dataclass
class Tally:
    """What the predictions came to, setting by setting."""

    right: int = 0
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many settings were predicted."""
        return self.right + self.unknown + len(self.wrong)

    def __str__(self) -> str:
        share = self.unknown / self.total if self.total else 0
        known = f"{self.right:,} right, {self.unknown:,} unknown ({share:.1%}), {len(self.wrong)} wrong"
        return f"{self.total:,} settings: {known}"


def _declared() -> SearchStrategy[Settings]:
    """Programs: any part of the settings; masks may be empty, which the provider does not send."""
    masks = st.sampled_from((*MASKS, ""))
    values = {**VALUES, "LoginNetworkMasks": masks}
    return st.fixed_dictionaries({}, optional=values)


@composite
def cases(draw: DrawFn) -> Case:
    """Accounts with every combination of recorded state, drift and plan; plans that change little are frequent."""
    live = draw(st.fixed_dictionaries({**VALUES, "LoginNetworkMasks": st.sampled_from((*MASKS, ""))}))
    deployed = draw(st.none() | _declared())
    drift = draw(st.fixed_dictionaries({}, optional=dict(VALUES)) | st.just({}))
    planned = draw(st.none() | _declared() | st.just(deployed))
    if deployed and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(VALUES)))
        planned = {**deployed, name: draw(VALUES[name])}
    return Case(live, deployed, drift, planned)


@composite
def options(draw: DrawFn, count: int) -> Options:
    """Runs of the engine: plain ones are the most frequent."""
    some = st.lists(st.integers(0, count - 1), min_size=1, max_size=count // 2, unique=True).map(tuple)
    kind = draw(st.sampled_from(("plain", "plain", "plain", "refresh", "target", "replace")))
    return Options(
        refresh=kind == "refresh",
        targets=draw(some) if kind == "target" else (),
        replace=draw(some) if kind == "replace" else (),
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
    return made


def change(account: DemoAccount, values: Settings) -> None:
    """Change settings of an account, as somebody in the console would."""
    for name, value in values.items():
        account.preference.setdefault(KEYS[name].group, {})[name] = deepcopy(value)


def program(given: Sequence[Case], which: Callable[[Case], Settings | None]) -> Callable[[], None]:
    """Return a Pulumi program that declares the preferences of all cases."""

    def run() -> None:
        for index, case in enumerate(given):
            role = alicloud.ProviderAssumeRoleArgs(role_arn=f"acs:ram::{account_id(index)}:role/deploy")
            provider = alicloud.Provider(f"provider{index}", region="cn-shanghai", assume_role=role)
            declared = which(case)
            if declared is not None:
                arguments = {KEYS[name].terraform: value for name, value in declared.items()}
                options = pulumi.ResourceOptions(provider=provider)
                alicloud.ram.SecurityPreference(f"preference{index}", **arguments, opts=options)

    return run


def compare(given: Sequence[Case], report: Mapping[str, Any], after: Sequence[DemoAccount], tally: Tally) -> None:
    """Compare what the report says of each setting with what the deploy made of it."""
    told = {account["account"]: account["outcomes"] for account in report["accounts"]}
    for index, (case, account) in enumerate(zip(given, after, strict=True)):
        for outcome in told.get(account_id(index), ()):
            name = outcome["setting"].rpartition(".")[2]
            if name not in VALUES or outcome["rule"] in NOT_PREDICTIONS or outcome["outcome"] == "skipped":
                continue
            real = account.preference.get(KEYS[name].group, {}).get(name)
            if outcome["outcome"] == "unknown":
                assert len(outcome["message"]) > len("unknown: "), "an unknown names its reason"
                tally.unknown += 1
            elif outcome["actual"] == real and type(outcome["actual"]) is type(real):
                tally.right += 1
            else:
                tally.wrong.append(f"{name}: predicted {outcome['actual']!r}, became {real!r}: {case}")
