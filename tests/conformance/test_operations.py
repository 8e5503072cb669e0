"""Operations of the engine that are easily taken for others: each is predicted, deployed and compared.

Every account had been deployed as `GOOD` and has drifted to `DRIFT`, unless the case says otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from tests.conformance.cases import ENFORCE, Case, Options, account_id
from tests.conformance.run import deploy
from tests.conformance.tally import Tally

pytestmark = pytest.mark.engine
MFA: Final = "MFAOperationForLogin"
MASKS: Final = "LoginNetworkMasks"
HOURS: Final = "LoginSessionDuration"
RISK: Final = "OperationForRiskLogin"
GOOD: Final = {MFA: "mandatory", MASKS: "10.0.0.0/8", HOURS: 6}
DRIFT: Final = {MFA: "independent", MASKS: "0.0.0.0/0", HOURS: 24}
_FLAGS: Final = ("EnableSaveMFATicket", "AllowUserToChangePassword", "AllowUserToManageAccessKeys")
WHOLE: Final = {
    **GOOD,
    RISK: "autonomous",
    "VerificationTypes": ["sms"],
    "MaxIdleDaysForUsers": 90,
    "MaxIdleDaysForAccessKeys": 90,
    **dict.fromkeys((*_FLAGS, "AllowUserToManageMFADevices", "AllowUserToManagePersonalDingTalk"), False),
    "AllowUserToLoginWithPasskey": True,
}
"""All that a program can declare."""
UNKNOWN: Final = None
"""The prediction must not be a value: what becomes of the setting is not certain."""
Expected = tuple[Any, Any, Any]
"""What the report says of MFA, masks and hours."""
LEFT: Final[Expected] = ("independent", "0.0.0.0/0", 24)
REPAIRED: Final[Expected] = ("mandatory", "10.0.0.0/8", 6)
ONLY_ALWAYS_SENT: Final[Expected] = ("independent", "10.0.0.0/8", 6)
"""An update sends masks and hours whatever has changed."""


def deployed(planned: Mapping[str, Any], **more: Any) -> Case:
    """Return a case that has been deployed as `GOOD` and has drifted."""
    return Case(GOOD, GOOD, DRIFT, planned, **more)


def new(planned: Mapping[str, Any], **more: Any) -> Case:
    """Return a case whose resource the state does not have."""
    return Case(DRIFT, None, {}, planned, **more)


PLAIN: Final[Mapping[str, tuple[Case, Expected]]] = {
    "a secret beside an unchanged resource": (
        deployed(GOOD, secret=(MASKS,)),
        ("independent", UNKNOWN, UNKNOWN),
    ),
    "an unknown input beside an unchanged resource": (
        deployed({**GOOD, RISK: "autonomous"}, unknown=(RISK,)),
        ("independent", UNKNOWN, UNKNOWN),
    ),
    "a change that replaces": (deployed({**GOOD, HOURS: 8}, replace_on_changes=True), ("mandatory", "10.0.0.0/8", 8)),
    "a change that newly replaces": (
        deployed({**GOOD, HOURS: 8}, replace_on_changes=True, newly=True),
        ("mandatory", "10.0.0.0/8", 8),
    ),
    "a change of all settings that newly replaces": (
        Case(GOOD, WHOLE, DRIFT, {**WHOLE, HOURS: 8}, replace_on_changes=True, newly=True),
        (UNKNOWN, "10.0.0.0/8", 8),
    ),
    "a trigger that is new": (deployed({**GOOD, HOURS: 8}, trigger=(None, 1)), ("independent", "10.0.0.0/8", 8)),
    "a trigger that changes": (deployed(GOOD, trigger=(1, 2)), REPAIRED),
    "another name and a component": (deployed(GOOD, moved="renamed and nested"), LEFT),
    "nothing to replace": (deployed(GOOD, replace_on_changes=True), LEFT),
    "a replacement that is pending": (deployed(GOOD), REPAIRED),
    "a provider that is replaced": (deployed(GOOD, provider="replaced"), REPAIRED),
    "a provider that is updated": (deployed(GOOD, provider="updated"), LEFT),
    "only what the provider does not send": (deployed({**GOOD, ENFORCE: True}), LEFT),
    "verification types left out while recorded": (
        Case(GOOD, {**GOOD, "VerificationTypes": ["sms"]}, DRIFT, GOOD),
        ONLY_ALWAYS_SENT,
    ),
    "an empty text on a computed setting": (deployed({**GOOD, RISK: ""}), LEFT),
    "an empty text on a create": (new({**GOOD, MFA: ""}), ONLY_ALWAYS_SENT),
    "an import that leaves out the hours": (
        new({MFA: "mandatory", MASKS: "10.0.0.0/8"}, imported=True),
        ("mandatory", "10.0.0.0/8", 24),
    ),
    "an import of what is there": (new(DRIFT, imported=True), LEFT),
}
TARGETED: Final[Mapping[str, tuple[Case, Expected]]] = {
    "refreshed and repaired": (deployed(GOOD), REPAIRED),
    "hours left out keep the refreshed value": (deployed({MFA: "mandatory"}), ("mandatory", "", 24)),
    "replaced": (deployed(GOOD), REPAIRED),
    "tainted": (deployed(GOOD), REPAIRED),
    "not a target": (deployed({**GOOD, HOURS: 8}), LEFT),
    "a create that is not a target": (new(GOOD), LEFT),
    "a create that is not a target and clears": (new({MFA: "mandatory"}), LEFT),
}
EXCLUDED: Final[Mapping[str, tuple[Case, Expected]]] = {
    "excluded": (deployed({**GOOD, HOURS: 8}), LEFT),
    "an excluded create": (new(GOOD), LEFT),
}


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Restore the variables that a deploy sets."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.mark.parametrize(
    ("cases", "options"),
    [
        (PLAIN, Options(pending=(9,))),
        (TARGETED, Options(always=True, targets=(0, 1, 2, 3), replace=(2,), taint=(3,), show_sames=True)),
        (EXCLUDED, Options(excludes=(0, 1), show_sames=True)),
    ],
    ids=["plain", "targets", "excludes"],
)
def test_what_the_engine_does(cases: Mapping[str, tuple[Case, Expected]], options: Options) -> None:
    tally = Tally()
    found = deploy([case for case, _ in cases.values()], options, tally)
    assert tally.wrong == []
    said = {
        (each.account, each.setting.rpartition(".")[2]): UNKNOWN if each.outcome == "unknown" else each.actual
        for each in found
        if each.rule in ("login-mfa", "network-masks", "session-duration")
    }
    predicted = {
        name: tuple(said[account_id(index), key] for key in (MFA, MASKS, HOURS)) for index, name in enumerate(cases)
    }
    assert predicted == {name: expected for name, (_, expected) in cases.items()}
