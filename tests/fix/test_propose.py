"""`acctgate fix`: what it proposes, and what it leaves to a person."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from acctgate.demo import DemoAccount
from acctgate.evaluate.pipeline import evaluate
from acctgate.fix import propose as module
from acctgate.fix.model import Fix
from acctgate.fix.propose import propose
from acctgate.fix.targets import TARGETS
from acctgate.model.outcome import Outcome
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.overlay import overlay
from acctgate.policy import Policy, Waiver, load_preset
from acctgate.sources.responses import read_responses
from tests.support import DENIED, NOW, policy_of, seed
from tests.support.accounts import GOOD
from tests.support.repairs import HOURS, MASKS, account, within
from tests.support.strategies import SETTINGS

PATHS: Final = {key.api: ("SecurityPreference", key.group, key.api) for key in PREFERENCE_KEYS}


def declared(fix: Fix) -> dict[str, Any]:
    """Return the proposed resource's settings, by their API names."""
    return {setting.key.api: setting.value for setting in fix.settings}


def left(fix: Fix) -> list[str]:
    """Return the rules that need manual steps."""
    return [step.rule for step in fix.steps]


def test_only_what_does_not_comply_is_declared_and_always_masks_and_duration() -> None:
    fix = propose(account(MFAOperationForLogin="independent"), load_preset("baseline"), NOW)
    assert declared(fix) == {"MFAOperationForLogin": "adaptive", HOURS: 6, MASKS: "10.0.0.0/8"}
    assert [setting.repairs for setting in fix.settings] == ["login-mfa", None, None]


def test_masks_and_duration_that_violate_are_repaired() -> None:
    policy = within("10.0.0.0/8", session_duration={"max_hours": 8})
    fix = propose(account(LoginNetworkMasks="10.1.0.0/16;8.8.8.8;x", LoginSessionDuration=24), policy, NOW)
    assert declared(fix) == {HOURS: 8, MASKS: "10.1.0.0/16"}
    assert fix.steps == ()
    [_, masks] = fix.settings
    assert (
        masks.why == 'network-masks requires masks within 10.0.0.0/8; LoginNetworkMasks is now "10.1.0.0/16;8.8.8.8;x"'
    )


@pytest.mark.parametrize("preset", ["baseline", "strict"])
def test_an_account_that_complies_needs_nothing(preset: str) -> None:
    document: dict[str, Any] = deepcopy(GOOD)
    document["SecurityPreference"]["LoginProfilePreference"] |= {
        "OperationForRiskLogin": "enforceVerify",
        "AllowUserToChangePassword": True,
        "AllowUserToLoginWithPasskey": True,
    }
    document["SecurityPreference"]["MFAPreference"] = {"AllowUserToManageMFADevices": True}
    document["SecurityPreference"]["PersonalInfoPreference"] = {"AllowUserToManagePersonalDingTalk": False}
    document["SecurityPreference"]["AccessKeyPreference"] |= {"AllowUserToManageServiceCredentials": False}
    document["SecurityPreference"]["MaxIdleDays"] = {"MaxIdleDaysForUsers": 90, "MaxIdleDaysForAccessKeys": 90}
    demo = DemoAccount()
    demo.comply()
    document["PasswordPolicy"] = demo.password_policy
    fix = propose(Snapshot.from_document(document), load_preset(preset), NOW)
    assert (fix.resources, fix.withheld, fix.steps) == ((), None, ())
    assert TARGETS["terraform"].render(fix) == f"# Nothing needs repair: the account, policy {preset}\n"


@pytest.mark.parametrize("level", ["mandatory", "advisory", "remediate"])
def test_each_level_but_disabled_is_repaired(level: str) -> None:
    policy = policy_of({"session-duration": {"level": level, "max_hours": 4}})
    assert declared(propose(account(), policy, NOW)) == {HOURS: 4, MASKS: "10.0.0.0/8"}
    disabled = policy_of({"session-duration": {"level": "disabled", "max_hours": 4}})
    assert propose(account(), disabled, NOW).settings == ()


def test_a_waived_violation_is_left_as_it_is() -> None:
    policy = policy_of({"session-duration": {"max_hours": 4}, "mfa-ticket": {"allow": False}})
    policy = replace(policy, waivers=(Waiver("session-duration", "night shift", "ops", date(2027, 1, 1)),))
    fix = propose(account(EnableSaveMFATicket=True), policy, NOW)
    assert declared(fix) == {"EnableSaveMFATicket": False, HOURS: 6, MASKS: "10.0.0.0/8"}
    unknown = propose(account(EnableSaveMFATicket=True, LoginSessionDuration=None), policy, NOW)
    assert declared(unknown)[HOURS] == 4, "it must be sent, and only the policy says what"


def test_an_absent_setting_is_repaired() -> None:
    fix = propose(account(MFAOperationForLogin=None), load_preset("strict"), NOW)
    assert declared(fix)["MFAOperationForLogin"] == "mandatory"
    assert "has no LoginProfilePreference.MFAOperationForLogin" in fix.settings[0].why


def test_the_older_mfa_switch_is_named_where_it_decides() -> None:
    fix = propose(account(MFAOperationForLogin=None, EnforceMFAForLogin=False), load_preset("baseline"), NOW)
    assert fix.settings[0].why == "login-mfa requires adaptive or mandatory; EnforceMFAForLogin is now false"
    assert (
        propose(account(MFAOperationForLogin=None, EnforceMFAForLogin=True), load_preset("baseline"), NOW).steps == ()
    )


@pytest.mark.parametrize(
    "login", [{"MFAOperationForLogin": "passkeyOnly"}, {"MFAOperationForLogin": None, "EnforceMFAForLogin": "yes"}]
)
def test_a_value_that_is_there_and_not_understood_is_for_a_person(login: dict[str, Any]) -> None:
    """It may be stricter than what the policy wants."""
    policy = policy_of({"login-mfa": {"require": "adaptive"}, "mfa-ticket": {"allow": False}})
    fix = propose(account(**login, EnableSaveMFATicket=True), policy, NOW)
    assert "MFAOperationForLogin" not in declared(fix)
    assert left(fix) == ["login-mfa"]


def test_masks_that_are_partly_not_understood_are_kept_to_the_letter() -> None:
    fix = propose(account(LoginNetworkMasks=" 10.0.0.0/8;vpn ", EnableSaveMFATicket=True), load_preset("strict"), NOW)
    assert declared(fix)[MASKS] == " 10.0.0.0/8;vpn "
    assert "network-masks" in left(fix)
    assert next(s.why for s in fix.settings if s.key.api == MASKS).startswith("NOT repaired (see network-masks below)")


@pytest.mark.parametrize("masks", ["", "0.0.0.0/0"])
def test_masks_that_the_policy_does_not_name_are_for_a_person(masks: str) -> None:
    fix = propose(account(LoginNetworkMasks=masks, MFAOperationForLogin="adaptive"), load_preset("strict"), NOW)
    assert declared(fix)[MASKS] == masks, "as it is: nothing gets weaker"
    assert "network-masks" in left(fix)
    alone = propose(account(LoginNetworkMasks=masks), policy_of({"network-masks": {}}), NOW)
    assert (alone.settings, alone.withheld, left(alone)) == ((), None, ["network-masks"])
    assert "No resource can repair the findings" in TARGETS["terraform"].render(alone)


@pytest.mark.parametrize("value", [None, ["10.0.0.0/8"], 7])
def test_masks_that_cannot_be_read_are_never_cleared(value: Any) -> None:
    fix = propose(account(LoginNetworkMasks=value, MFAOperationForLogin="adaptive"), load_preset("strict"), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and fix.withheld.startswith("LoginNetworkMasks is unknown (")
    assert {"login-mfa", "network-masks"} <= set(left(fix))
    said = propose(account(LoginNetworkMasks=value), within("10.0.0.0/8", login_mfa={"require": "adaptive"}), NOW)
    assert declared(said)[MASKS] == "10.0.0.0/8"


@pytest.mark.parametrize("value", [None, "6", 0, 25, True])
def test_a_duration_that_cannot_be_read(value: Any) -> None:
    policy = policy_of({"mfa-ticket": {"allow": False}})
    fix = propose(account(LoginSessionDuration=value, EnableSaveMFATicket=True), policy, NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and "resets it to 6 hours" in fix.withheld
    said = propose(account(LoginSessionDuration=value), policy_of({"session-duration": {"max_hours": 4}}), NOW)
    assert declared(said) == {HOURS: 4, MASKS: "10.0.0.0/8"}


def test_text_that_no_file_can_hold_cannot_be_read() -> None:
    fix = propose(account(LoginNetworkMasks="10.0.0.0/8;\ud800", EnableSaveMFATicket=True), load_preset("strict"), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and "LoginNetworkMasks is not valid Unicode text" in fix.withheld
    for target in TARGETS.values():
        target.render(fix).encode()


@pytest.mark.parametrize("section", [None, "text", []])
def test_a_denied_preference_is_for_a_person(section: Any) -> None:
    document = {**GOOD, "SecurityPreference": section, "errors": {"SecurityPreference": DENIED}}
    if section is None:
        del document["SecurityPreference"]
    fix = propose(Snapshot.from_document(document), load_preset("baseline"), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and "run acctgate fix again" in fix.withheld
    assert left(fix) == ["login-mfa", "mfa-ticket", "session-duration", "network-masks", "manage-access-keys"]


def test_a_preference_that_nobody_asks_for_withholds_nothing() -> None:
    policy = policy_of({"root-mfa": {}})
    fix = propose(Snapshot.from_document({"version": 1}), policy, NOW)
    assert (fix.settings, fix.withheld, left(fix)) == ((), None, ["root-mfa"])


def test_what_no_resource_repairs_has_its_steps() -> None:
    snapshot = read_responses([str(seed("000-security-practice.json"))])
    fix = propose(snapshot, policy_of({"root-mfa": {}, "security-score": {"minimum": 80}}), NOW)
    text = " ".join(TARGETS["pulumi-typescript"].render(fix).replace("//", "").split())
    assert "- root-mfa (mandatory), expected true: the Alibaba Cloud account itself has no MFA. Log on as" in text
    assert "- security-score (mandatory), expected at least 80: the security score is 63. Work through" in text


def test_who_may_be_locked_out_is_said_before() -> None:
    document: dict[str, Any] = deepcopy(GOOD)
    document["SecurityPreference"]["LoginProfilePreference"]["MFAOperationForLogin"] = "adaptive"
    document["SecurityPreference"]["MFAPreference"] = {"AllowUserToManageMFADevices": False}
    document["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["SubUserBindMfa"] = 2
    policy = policy_of({"login-mfa": {"require": "mandatory"}, "login-lockout": {"level": "advisory"}})
    fix = propose(Snapshot.from_document(document), policy, NOW)
    [caution] = fix.cautions
    assert "7 of 9 RAM users have no device and cannot bind one" in caution
    assert "# Before you deploy it: login-lockout (advisory): MFA is mandatory" in TARGETS["terraform"].render(fix)


def test_more_masks_than_are_documented_are_said_before() -> None:
    many = [f"10.0.{index}.0/24" for index in range(41)]
    fix = propose(account(LoginNetworkMasks=""), within(*many), NOW)
    assert declared(fix)[MASKS] == ";".join(many)
    [caution] = fix.cautions
    assert "at most 40 masks and 512 characters, but these are 41 and" in caution


def test_a_repair_that_does_not_hold_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    repairer = module._REPAIRERS["session-duration"]
    broken = replace(repairer, rule=replace(repairer.rule, repair=lambda _, want: 24))
    monkeypatch.setitem(module._REPAIRERS, "session-duration", broken)
    fix = propose(account(), policy_of({"session-duration": {"max_hours": 4}}), NOW)
    assert fix.settings == ()
    assert fix.withheld is not None and fix.withheld.endswith("(this is a bug in acctgate)")
    assert left(fix) == ["session-duration"]


# Any account

VALUES: Final[dict[str, list[Any]]] = {
    "MFAOperationForLogin": ["mandatory", "adaptive", "independent", "other"],
    "EnforceMFAForLogin": [True, False, "x"],
    "EnableSaveMFATicket": [True, False, 1],
    "OperationForRiskLogin": ["autonomous", "enforceVerify", ""],
    HOURS: [1, 6, 8, 24, 25, "6"],
    MASKS: [
        "",
        " ; ",
        "10.0.0.0/8",
        "10.0.0.7/8;192.168.0.1",
        "0.0.0.0/0",
        "0.0.0.0/1;128.0.0.0/1",
        "::/0",
        "x;10.1.1.1",
        "8.8.8.8;x",
        "${x}",
        7,
    ],
    "AllowUserToChangePassword": [True, False],
    "AllowUserToManageAccessKeys": [True, False, None],
    "AllowUserToManageMFADevices": [True, False],
    "AllowUserToManagePersonalDingTalk": [True, False],
}
GROUPS: Final = {**{key.api: key.group for key in PREFERENCE_KEYS}, "EnforceMFAForLogin": "LoginProfilePreference"}
CUSTOM: Final[list[Mapping[str, Mapping[str, Any]]]] = [
    {},
    {"network-masks": {"within": ["10.0.0.0/9", "10.128.0.0/9", "fd00::/8"]}},
    {"network-masks": {"max_addresses": 256}, "mfa-ticket": {"allow": False}},
    {
        "network-masks": {"within": ["10.0.0.0/8"], "max_addresses": 5},
        "login-lockout": {"keep_reachable": ["9.9.9.9/32"]},
    },
    {
        "login-mfa": {"require": "mandatory"},
        "dead-setting": {},
        "login-lockout": {},
        "session-duration": {"max_hours": 1},
    },
    {"manage-mfa-devices": {"level": "advisory", "allow": False}, "risk-login": {"level": "remediate"}},
]
POLICIES: Final = [load_preset("baseline"), load_preset("strict"), *(policy_of(rules) for rules in CUSTOM)]


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Accounts whose preference was read, with settings that are there, absent or refused."""
    document: dict[str, Any] = {**deepcopy(GOOD), "SecurityPreference": {}}
    for name, values in VALUES.items():
        if draw(st.booleans()):
            document["SecurityPreference"].setdefault(GROUPS[name], {})[name] = draw(st.sampled_from(values))
    if draw(st.integers(0, 9)) == 0:
        document["SecurityPreference"]["AccessKeyPreference"] = "no object"
    return Snapshot.from_document(document)


def outcomes(snapshot: Snapshot, policy: Policy) -> dict[str, Outcome]:
    """Return each rule's outcome. The compliant account has one pack at most."""
    [report] = evaluate([snapshot], policy, NOW)
    return {outcome.rule: outcome for outcome in report.outcomes}


@SETTINGS
@given(snapshot=snapshots(), policy=st.sampled_from(POLICIES))
def test_the_resource_repairs_what_it_says_and_makes_nothing_worse(snapshot: Snapshot, policy: Policy) -> None:
    fix = propose(snapshot, policy, NOW)
    before = outcomes(snapshot, policy)
    repaired = {setting.repairs for setting in fix.settings} - {None}
    still = {rule for rule, outcome in before.items() if outcome.outcome in ("fail", "unknown")}
    assert "fault" not in (fix.withheld or "")
    assert repaired | set(left(fix)) == still and not repaired & set(left(fix))
    assume(fix.settings)
    values = declared(fix)
    assert {MASKS, HOURS} <= set(values)
    after = outcomes(overlay(snapshot, [PlannedChange("x", "create", values)]), policy)
    assert {after[str(rule)].outcome for rule in repaired} == {"pass"}
    found = {rule for rule, outcome in after.items() if outcome.outcome in ("fail", "unknown")}
    assert found - {"login-lockout", "no-loosening"} == still - repaired, "these two judge the change"
    assert ("no-loosening" in " ".join(fix.cautions)) is (after["no-loosening"].outcome == "fail")
    assert ("login-lockout" in " ".join(fix.cautions)) is (after["login-lockout"].outcome in ("fail", "unknown"))
    for setting in fix.settings:
        live = snapshot.read(PATHS[setting.key.api])
        assert setting.repairs or isinstance(live, Unknown) or live == setting.value


@SETTINGS
@given(snapshot=snapshots(), policy=st.sampled_from(POLICIES))
def test_whatever_can_be_repaired_is(snapshot: Snapshot, policy: Policy) -> None:
    fix = propose(snapshot, policy, NOW)
    assume(fix.withheld is None)
    repaired = {setting.repairs for setting in fix.settings}
    for rule, outcome in outcomes(snapshot, policy).items():
        repairer = module._REPAIRERS.get(rule)
        if outcome.outcome == "fail" and repairer is not None:
            value = snapshot.read(PATHS[repairer.key.api])
            assert (rule in repaired) is (repairer.repaired(value, policy) is not None)
