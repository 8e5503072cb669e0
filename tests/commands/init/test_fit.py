"""The fitted policy: whatever the account, nothing blocks today, and what is asked for can only get better."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy, composite

from acctgate.commands.init.fit import Fit, fit
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, load_preset
from acctgate.policy.chain import read_chain
from acctgate.policy.lint import lint
from acctgate.rules import RULES
from tests.support import DENIED, NOW, ROOT, judge, outcomes_of, policy_of, written_policy
from tests.support.accounts import GOOD
from tests.support.fitting import HOURS, LEVEL, LOGIN, MODE, SCORE, USERS, changed, fitted, put
from tests.support.reports import HOSTILE
from tests.support.strategies import SCALARS, SETTINGS

SCHEMA: Final = json.loads((ROOT / "schemas/policy.schema.json").read_text(encoding="utf-8"))
FEWER: Final = settings(SETTINGS, max_examples=60)
COUNT: Final = st.integers(0, 12)
MASKS: Final = ["", " ", "10.0.0.0/8", "10.0.0.0/8;192.0.2.7", "0.0.0.0/0", "0.0.0.0/1;128.0.0.0/1", "::/0", "x;::1"]
VALUES: Final[Mapping[tuple[str, ...], SearchStrategy[Any]]] = {
    (*LOGIN, "MFAOperationForLogin"): st.sampled_from(["mandatory", "adaptive", "independent"]),
    (*LOGIN, "EnforceMFAForLogin"): st.booleans(),
    (*LOGIN, "EnableSaveMFATicket"): st.booleans(),
    (*LOGIN, "LoginSessionDuration"): st.integers(0, 25),
    (*LOGIN, "LoginNetworkMasks"): st.sampled_from(MASKS),
    (*LOGIN, "OperationForRiskLogin"): st.sampled_from(["autonomous", "enforceVerify"]),
    (*LOGIN, "AllowUserToChangePassword"): st.booleans(),
    ("SecurityPreference", "AccessKeyPreference", "AllowUserToManageAccessKeys"): st.booleans(),
    ("AccountSecurityPracticeInfo", "Score"): st.integers(-1, 101),
    (*USERS, "BindMfa"): st.booleans(),
    (*USERS, "RootWithAccessKey"): COUNT,
    (*USERS, "UnusedAkNum"): COUNT,
    (*USERS, "OldAkNum"): COUNT,
    (*USERS, "SubUser"): COUNT,
    (*USERS, "SubUserBindMfa"): COUNT,
    (*USERS, "SubUserPwdLevel"): st.sampled_from(["low", "mid", "high"]),
    (*USERS, "SubUserWithUnusedAccessKey"): COUNT,
    (*USERS, "SubUserWithOldAccessKey"): COUNT,
}
TEXT: Final = st.text(max_size=60) | st.sampled_from(
    [HOSTILE, "a\nrules: {}", "\u2028x: y", "\x85- z", "\ufeff", "# #"]
)


@composite
def documents(draw: DrawFn) -> dict[str, Any]:
    """Accounts of all kinds: each setting valid, absent, or nonsense; sections denied; texts from outside."""
    document: dict[str, Any] = {"version": 1, "CompliancePackReports": []}
    for path, values in VALUES.items():
        kind = draw(st.sampled_from(["valid", "valid", "valid", "absent", "nonsense"]))
        if kind != "absent":
            put(document, path, draw(values if kind == "valid" else SCALARS))
    for key in ("account_id", "alias"):
        if draw(st.booleans()):
            document[key] = draw(TEXT)
    for section in draw(st.sets(st.sampled_from(["SecurityPreference", "AccountSecurityPracticeInfo"]))):
        document.pop(section, None)
        document.setdefault("errors", {})[section] = {"code": draw(TEXT), "message": draw(TEXT)}
    return document


def entries(found: Fit) -> dict[str, Any]:
    """Return what the fitted policy lists."""
    return {gap.rule: gap.entry for gap in found.gaps}


# Any account


@SETTINGS
@given(document=documents(), preset=st.sampled_from(["strict", "baseline"]))
def test_nothing_blocks_and_the_rest_is_as_the_target_has_it(
    tmp_path: Path, document: dict[str, Any], preset: str
) -> None:
    found, target = fitted(document, preset), load_preset(preset)
    policy = written_policy(tmp_path / "policy.yaml", found.text())
    report = judge(document, policy)
    assert report.verdict == "pass"
    assert {outcome.outcome for outcome in report.outcomes if outcome.binding} <= {"pass", "skipped"}
    for rule in RULES:
        wanted = {**target.rules[rule.id], **entries(found).get(rule.id, {})}
        if rule.id == "account-identity" and found.expected_accounts:
            wanted["accounts"] = list(found.expected_accounts)
        assert policy.rules[rule.id] == wanted
    before = judge(document, target)
    short = {o.rule for o in before.outcomes if o.binding and o.outcome in ("fail", "unknown")}
    assert set(entries(found)) == short, "a rule that holds, or that the target leaves advisory, is not touched"
    assert lint(read_chain(tmp_path / "policy.yaml"), NOW.date()) == [], "nothing in it says nothing"


@FEWER
@given(document=documents())
def test_text_from_outside_stays_in_its_comment(document: dict[str, Any]) -> None:
    found = fitted(document)
    read = yaml.safe_load(found.text())
    assert read == {"version": 1, "extends": "strict", **({"rules": entries(found)} if found.gaps else {})}
    jsonschema.validate(read, SCHEMA)
    assert all(line.isprintable() and len(line) < 500 for line in found.text().splitlines())


@FEWER
@given(document=documents())
def test_what_has_a_threshold_and_fails_is_a_ratchet(document: dict[str, Any]) -> None:
    """It binds, at what the account has today: not looser, not stricter."""
    for gap in fitted(document).gaps:
        if gap.kind == "ratchet":
            assert gap.entry["level"] == "mandatory" and len(gap.entry) > 1
        else:
            assert gap.entry == {"level": "advisory"}
            outcomes = outcomes_of(judge(document, load_preset("strict")), gap.rule)
            assert {outcome.outcome for outcome in outcomes} == {"fail" if gap.kind == "violated" else "unknown"}


# One rule at a time


@pytest.mark.parametrize(
    ("rule", "today", "entry", "worse"),
    [
        ("session-duration", [(HOURS, 12)], {"max_hours": 12}, [(HOURS, 13)]),
        ("security-score", [(SCORE, 63)], {"minimum": 63}, [(SCORE, 62)]),
        ("login-mfa", [(MODE, "adaptive")], {"require": "adaptive"}, [(MODE, "independent")]),
        ("password-strength", [(LEVEL, "mid")], {"minimum": "mid"}, [(LEVEL, "low")]),
        *(
            (rule, [((*USERS, key), 2)], {"maximum": 2}, [((*USERS, key), 3)])
            for rule, key in {
                "root-access-keys": "RootWithAccessKey",
                "unused-root-access-keys": "UnusedAkNum",
                "old-root-access-keys": "OldAkNum",
                "unused-access-keys": "SubUserWithUnusedAccessKey",
                "old-access-keys": "SubUserWithOldAccessKey",
            }.items()
        ),
        (
            "user-mfa",
            [((*USERS, "SubUser"), 3), ((*USERS, "SubUserBindMfa"), 2)],
            {"minimum_ratio": 0.6666},
            [((*USERS, "SubUser"), 4), ((*USERS, "SubUserBindMfa"), 2)],
        ),
    ],
)
def test_a_ratchet_lets_the_account_get_no_worse(
    tmp_path: Path, rule: str, today: Any, entry: dict[str, Any], worse: Any
) -> None:
    found = fitted(changed(*today))
    assert entries(found) == {rule: {"level": "mandatory", **entry}}
    policy = written_policy(tmp_path / "policy.yaml", found.text())
    assert judge(changed(*today), policy).verdict == "pass"
    assert judge(GOOD, policy).verdict == "pass", "better is allowed"
    assert judge(changed(*worse), policy).verdict == "fail"


@pytest.mark.parametrize(
    ("rule", "path", "value"),
    [
        ("root-mfa", (*USERS, "BindMfa"), False),
        ("mfa-ticket", (*LOGIN, "EnableSaveMFATicket"), True),
        ("manage-access-keys", ("SecurityPreference", "AccessKeyPreference", "AllowUserToManageAccessKeys"), True),
        ("network-masks", (*LOGIN, "LoginNetworkMasks"), ""),
        ("network-masks", (*LOGIN, "LoginNetworkMasks"), "0.0.0.0/0"),
        ("login-mfa", MODE, "independent"),
    ],
)
def test_what_has_no_value_in_between_is_advisory(rule: str, path: tuple[str, ...], value: Any) -> None:
    found = fitted(changed((path, value)))
    assert [(gap.rule, gap.kind, gap.entry) for gap in found.gaps] == [(rule, "violated", {"level": "advisory"})]


def test_what_cannot_be_decided_is_advisory_with_the_reason() -> None:
    document = {**GOOD, "errors": {"SecurityPreference": DENIED}}
    del document["SecurityPreference"]
    found = fitted(document)
    assert {gap.kind for gap in found.gaps} == {"unknown"}
    assert len(found.gaps) == 5
    assert found.text().count("# GetSecurityPreference failed with NoPermission: You are not authorized") == 1


def test_an_account_that_holds_all_of_it_gets_the_preset_and_nothing_else() -> None:
    found = fitted(GOOD)
    assert not found.gaps
    assert yaml.safe_load(found.text()) == {"version": 1, "extends": "strict"}


def test_a_snapshot_that_is_old_says_its_own_day() -> None:
    assert fitted({**GOOD, "taken_at": "2026-10-01T23:59:59Z"}).day == "2026-10-01"
    assert fitted({**GOOD, "taken_at": "yesterday"}).day == NOW.date().isoformat()


def test_the_whole_file() -> None:
    document = changed((HOURS, 12), ((*USERS, "BindMfa"), False), ((*USERS, "OldAkNum"), "?"))
    assert (
        fitted({**document, "account_id": "1234567890123456", "alias": "prod"}).text()
        == """\
# Fitted by `acctgate init` to account 1234567890123456 (prod) as of 2026-11-22: nothing blocks.
# Rules that are not listed are those of strict. `acctgate explain RULE` describes a rule.
version: 1
extends: strict
rules:
  # The expected account: a verdict on another one is a violation.
  account-identity: {accounts: ["1234567890123456"]}

  # Mandatory at today's value: it can only get better. Tighten it as the account does.

  # strict: at most 8 hours. Now: a console session lasts 12 hours
  session-duration: {level: mandatory, max_hours: 12}

  # Failing, with no threshold to hold: advisory. Delete the line once the account complies.

  # strict: true. Now: the Alibaba Cloud account itself has no MFA
  root-mfa: {level: advisory}

  # Unknown today: advisory. Delete the line once it is known.

  # OldAkNum should be a valid integer, found "?"
  old-root-access-keys: {level: advisory}
"""
    )


# Other targets


def ratchet(target: Policy, masks: str) -> Any:
    """Return what is required of the masks of an account that violates the target."""
    (gap,) = fit(Snapshot.from_document(changed(((*LOGIN, "LoginNetworkMasks"), masks))), target, "target", NOW).gaps
    return gap.kind, gap.entry


def test_masks_are_held_to_the_networks_of_today_and_of_the_target() -> None:
    target = policy_of({"network-masks": {"within": ["10.0.0.0/8"], "max_addresses": 1 << 24}})
    assert ratchet(target, "192.0.2.0/24;10.1.0.0/16") == (
        "ratchet",
        {"level": "mandatory", "within": ["10.0.0.0/8", "192.0.2.0/24"]},
    )
    assert ratchet(target, "8.0.0.0/6") == (
        "ratchet",
        {"level": "mandatory", "within": ["8.0.0.0/6"], "max_addresses": 1 << 26},
    )
    assert ratchet(target, "0.0.0.0/1;128.0.0.0/1") == ("violated", {"level": "advisory"})
    assert ratchet(target, "192.0.2.0/24;nonsense") == ("violated", {"level": "advisory"})


def test_the_age_of_a_report_is_no_ratchet() -> None:
    """It grows by itself: today's age would block tomorrow."""
    target = policy_of({"compliance-report": {"max_age_days": 1}})
    document = changed(
        (
            ("CompliancePackReports",),
            [{"CompliancePackId": "cp", "ReportStatus": "COMPLETE", "ReportCreateTimestamp": 1}],
        )
    )
    (gap,) = fit(Snapshot.from_document(document), target, "target", NOW).gaps
    assert (gap.kind, gap.entry) == ("violated", {"level": "advisory"})


@pytest.mark.parametrize(
    ("rule", "path", "value"),
    [
        ("session-duration", HOURS, 24),
        ("security-score", SCORE, 0),
        ("user-mfa", (*USERS, "SubUserBindMfa"), 0),
        ("password-strength", (*USERS, "SubUserPwdLevel"), "low"),
    ],
)
def test_the_worst_there_is_makes_no_limit(rule: str, path: tuple[str, ...], value: Any) -> None:
    """A mandatory rule that every account holds would only look like one."""
    [gap] = fitted(changed((path, value))).gaps
    assert (gap.rule, gap.kind, gap.entry) == (rule, "violated", {"level": "advisory"})


SYMBOLS: Final = {
    "RequireLowercaseCharacters": True,
    "RequireUppercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": False,
}


@pytest.mark.parametrize(
    ("rule", "wanted", "section", "entry"),
    [
        ("password-length", {"minimum": 14}, {"PasswordPolicy": {"MinimumPasswordLength": 10}}, {"minimum": 10}),
        ("password-length", {"minimum": 14}, {"PasswordPolicy": {"MinimumPasswordLength": 8}}, None),
        ("password-reuse", {"minimum": 5}, {"PasswordPolicy": {"PasswordReusePrevention": 3}}, {"minimum": 3}),
        ("password-reuse", {"minimum": 5}, {"PasswordPolicy": {"PasswordReusePrevention": 0}}, None),
        ("password-age", {"max_days": 90}, {"PasswordPolicy": {"MaxPasswordAge": 365}}, {"max_days": 365}),
        ("password-age", {"max_days": 90}, {"PasswordPolicy": {"MaxPasswordAge": 0}}, None),
        ("password-attempts", {"maximum": 5}, {"PasswordPolicy": {"MaxLoginAttemps": 9}}, {"maximum": 9}),
        ("password-attempts", {"maximum": 5}, {"PasswordPolicy": {"MaxLoginAttemps": 0}}, None),
        (
            "password-characters",
            {"require": ["numbers", "symbols"]},
            {"PasswordPolicy": SYMBOLS},
            {"require": ["numbers"]},
        ),
        ("password-characters", {"require": ["symbols"]}, {"PasswordPolicy": SYMBOLS}, None),
        ("user-sso", {"require": True}, {"UserSsoSettings": {"SsoEnabled": False}}, None),
        (
            "access-key-networks",
            {"within": ["10.0.0.0/8"], "max_public_addresses": 0},
            {
                "AccessKeyPolicy": {
                    "Status": "Active",
                    "Statements": [{"Type": "ClassicWhiteList", "IPList": ["8.8.8.8"]}],
                }
            },
            {"within": ["8.8.8.8/32", "10.0.0.0/8"], "max_public_addresses": 1},
        ),
        ("access-key-networks", {}, {"AccessKeyPolicy": {"Status": "Inactive"}}, None),
    ],
)
def test_the_optional_sections_are_held_to_today(rule: str, wanted: Any, section: Any, entry: Any) -> None:
    snapshot = Snapshot.from_document({"version": 1, **section})
    [gap] = fit(snapshot, policy_of({rule: {"level": "mandatory", **wanted}}), "target", NOW).gaps
    if entry is None:
        assert (gap.kind, gap.entry) == ("violated", {"level": "advisory"})
    else:
        assert (gap.kind, gap.entry) == ("ratchet", {"level": "mandatory", **entry})
