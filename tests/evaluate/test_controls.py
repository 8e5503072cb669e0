"""Controls: each rule judged with the weakest parameters that satisfy the control, whatever the policy asks for."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.baseline import Baseline
from acctgate.evaluate.controls import Controls
from acctgate.evaluate.fail_on import FailOn
from acctgate.evaluate.pipeline import evaluate
from acctgate.frameworks import FRAMEWORKS
from acctgate.frameworks.framework import load_framework
from acctgate.model.control import ControlReport, FrameworkTotal
from acctgate.model.report import AccountReport, Summary
from acctgate.model.report_document import Report, read_report
from acctgate.model.snapshot import Snapshot
from acctgate.plan.read import read_plan
from acctgate.policy import Policy, Waiver
from acctgate.render import Frame, renderer
from tests.support import NOW, policy_of, written_policy
from tests.support.accounts import GOOD

ALL: Final = [load_framework(name) for name in FRAMEWORKS]
COVERED: Final = [(framework.id, control.id) for framework in ALL for control in framework.covered]
USERS: Final = "AccountSecurityPracticeInfo.AccountSecurityPracticeUserInfo"
SECURE: Final[dict[str, Any]] = {
    **GOOD,
    "account_id": "1",
    "UserSsoSettings": {"SsoEnabled": False},
    "PasswordPolicy": {
        "MinimumPasswordLength": 14,
        "RequireLowercaseCharacters": True,
        "RequireUppercaseCharacters": True,
        "RequireNumbers": True,
        "RequireSymbols": True,
        "PasswordReusePrevention": 5,
        "MaxPasswordAge": 90,
        "MaxLoginAttemps": 5,
    },
}
"""An account that has exactly what the controls need."""
STRICT: Final[dict[str, dict[str, Any]]] = {
    "root-access-keys": {"maximum": 0},
    "root-mfa": {},
    "user-mfa": {"minimum_ratio": 1.0},
    "old-access-keys": {"maximum": 0},
    "old-root-access-keys": {"maximum": 0},
    "password-characters": {"require": ["lowercase", "uppercase", "numbers", "symbols"]},
    "password-length": {"minimum": 14},
    "password-reuse": {"minimum": 5},
    "password-age": {"max_days": 90},
    "password-attempts": {"maximum": 5},
}
"""Every rule that covers a control, with the weakest parameters of all."""
ONE_WORSE: Final[dict[str, tuple[str, Any]]] = {
    "root-access-keys": (f"{USERS}.RootWithAccessKey", 1),
    "root-mfa": (f"{USERS}.BindMfa", False),
    "user-mfa": (f"{USERS}.SubUserBindMfa", 8),
    "old-access-keys": (f"{USERS}.SubUserWithOldAccessKey", 1),
    "old-root-access-keys": (f"{USERS}.OldAkNum", 1),
    "password-length": ("PasswordPolicy.MinimumPasswordLength", 13),
    "password-reuse": ("PasswordPolicy.PasswordReusePrevention", 4),
    "password-age": ("PasswordPolicy.MaxPasswordAge", 91),
    "password-attempts": ("PasswordPolicy.MaxLoginAttemps", 6),
}
"""The value of each rule's setting that is one step worse than allowed."""
KINDS: Final = {"lowercase": "LowercaseCharacters", "uppercase": "UppercaseCharacters"}
ONE_LOOSER: Final[dict[str, dict[str, Any]]] = {
    "root-access-keys": {"maximum": 1},
    "user-mfa": {"minimum_ratio": 0.99},
    "old-access-keys": {"maximum": 1},
    "old-root-access-keys": {"maximum": 1},
    "password-length": {"minimum": 13},
    "password-reuse": {"minimum": 4},
    "password-age": {"max_days": 91},
    "password-attempts": {"maximum": 6},
}
"""The parameters of each rule that are one step looser than a control allows. root-mfa has none."""


def _policy(changes: Mapping[str, dict[str, Any] | None] | None = None) -> Policy:
    """Return the strict policy with some entries replaced; None removes one."""
    rules = {name: {"level": "mandatory", **entry} for name, entry in STRICT.items()}
    for name, entry in (changes or {}).items():
        rules[name] = {"level": "mandatory", **entry} if entry is not None else {"level": "disabled"}
    return policy_of(rules)


def _with(path: str, value: Any) -> dict[str, Any]:
    """Return the secure account with one value changed."""
    document = copy.deepcopy(SECURE)
    *parents, last = path.split(".")
    node = document
    for name in parents:
        node = node[name]
    node[last] = value
    return document


def _report(document: Mapping[str, Any] = SECURE, policy: Policy | None = None, **options: Any) -> AccountReport:
    policy = policy or _policy()
    controls = Controls(ALL, policy, NOW)
    (report,) = evaluate([Snapshot.from_document(document)], policy, NOW, controls=controls, **options)
    return report


def _controls(report: AccountReport) -> dict[tuple[str, str], ControlReport]:
    return {(each.framework, control.id): control for each in report.frameworks for control in each.controls}


def _control(name: str, document: Mapping[str, Any] = SECURE, policy: Policy | None = None) -> ControlReport:
    return _controls(_report(document, policy))["cis-2.0", name]


def test_the_tables_of_this_test_are_whole() -> None:
    used = {name for framework in ALL for control in framework.covered for name in control.rules}
    assert (
        used == set(STRICT) == {*ONE_WORSE, "password-characters"} == {*ONE_LOOSER, "root-mfa", "password-characters"}
    )


def test_an_account_with_exactly_what_is_needed_passes_each_control() -> None:
    report = _report()
    assert {key: each.outcome for key, each in _controls(report).items()} == dict.fromkeys(COVERED, "pass")
    assert report.verdict == "pass"
    assert [each.verdict for each in report.frameworks] == ["pass", "pass"]


@pytest.mark.parametrize("key", COVERED, ids=" ".join)
def test_one_step_worse_fails_the_control(key: tuple[str, str]) -> None:
    (control,) = [each for each in load_framework(key[0]).covered if each.id == key[1]]
    for name, parameters in control.rules.items():
        if name == "password-characters":
            worse = [
                (f"PasswordPolicy.Require{KINDS.get(kind, kind.title())}", False) for kind in parameters["require"]
            ]
        else:
            worse = [ONE_WORSE[name]]
        for path, value in worse:
            report = _report(_with(path, value))
            found = _controls(report)[key]
            assert (found.outcome, report.verdict) == ("fail", "fail")
            assert found.reason.startswith(f"{name}: ")


@pytest.mark.parametrize("name", STRICT)
def test_a_disabled_rule_fails_its_controls(name: str) -> None:
    report = _report(policy=_policy({name: None}))
    failed = {key for key, control in _controls(report).items() if control.outcome == "fail"}
    assert failed == {(each.id, control) for each in ALL for control in each.controls_of(name)} != set()
    for key in failed:
        assert f"{name}: policy" in _controls(report)[key].reason
        assert " does not enable the rule, and the control needs " in _controls(report)[key].reason
    assert report.verdict == "fail"


@pytest.mark.parametrize("name", ONE_LOOSER)
def test_a_looser_rule_fails_its_controls_and_says_why(name: str) -> None:
    report = _report(policy=_policy({name: ONE_LOOSER[name]}))
    failed = {key: each for key, each in _controls(report).items() if each.outcome == "fail"}
    assert set(failed) == {(each.id, control) for each in ALL for control in each.controls_of(name)} != set()
    ((key, value),) = ONE_LOOSER[name].items()
    for control in failed.values():
        assert f": {key} {value} is looser than the control's {STRICT[name][key]}; the account: " in control.reason
    outcomes = {outcome.rule: outcome.outcome for outcome in report.outcomes}
    assert outcomes[name] == "pass", "the rule itself passes with the policy's own parameters"


def test_a_kind_of_character_that_the_policy_does_not_require_fails_its_control_only() -> None:
    report = _report(policy=_policy({"password-characters": {"require": ["lowercase", "uppercase"]}}))
    outcomes = {key[1]: each.outcome for key, each in _controls(report).items()}
    assert [outcomes[each] for each in ("1.7", "1.8", "1.9", "1.10", "8.1.4.1 a")] == ["pass", "pass", *["fail"] * 3]


def test_a_stricter_or_an_advisory_rule_satisfies_the_control() -> None:
    stricter = _policy({"password-length": {"minimum": 20, "level": "advisory"}})
    report = _report(policy=stricter)
    assert _controls(report)["cis-2.0", "1.11"].outcome == "pass", "the account satisfies the control"
    (rule,) = [outcome for outcome in report.outcomes if outcome.rule == "password-length"]
    assert (rule.outcome, report.verdict) == ("fail", "pass"), "but not the policy, which asks for more"


def test_skipping_users_with_sso_is_looser_than_the_control() -> None:
    policy = _policy({"user-mfa": {"minimum_ratio": 1.0, "where_sso": "skip"}})
    found = _control("1.4", _with("UserSsoSettings.SsoEnabled", True), policy)
    assert found.outcome == "fail"
    assert "where_sso skip is looser than the control's judge" in found.reason


def test_the_reason_names_the_line_of_the_policy() -> None:
    policy = _policy({"password-length": {"minimum": 8}})
    place = policy.places["password-length"]
    assert _control("1.11", policy=policy).reason.startswith(
        f"password-length: {place.file}:{place.line}: minimum 8 is "
    )


@pytest.mark.parametrize("section", ["PasswordPolicy", "AccountSecurityPracticeInfo"])
def test_a_missing_section_makes_controls_unknown(section: str) -> None:
    document = {key: value for key, value in SECURE.items() if key != section}
    report = _report(document, policy_of({"session-duration": {"level": "mandatory", "max_hours": 8}}))
    found = _controls(report)
    assert {each.outcome for each in found.values()} == {"fail"}, "the policy enforces none"
    report = _report(document)
    unknown = {key for key, each in _controls(report).items() if each.outcome == "unknown"}
    assert unknown and unknown < set(COVERED)
    assert report.verdict == "unknown"


@pytest.mark.parametrize(
    ("member", "expected", "words"),
    [
        ({"folder": "/prod"}, "pass", "passwords have at least 14 characters"),
        ({"folder": "/sandbox"}, "fail", "minimum 8 is looser than the control's 14"),
        (None, "unknown", "the account may be in groups of the policy (sandbox), and "),
    ],
)
def test_a_group_of_the_policy_that_is_looser_counts_for_its_accounts(
    member: dict[str, str] | None, expected: str, words: str, tmp_path: Path
) -> None:
    rules = {name: {"level": "mandatory", **entry} for name, entry in STRICT.items()}
    group = {"match": {"folder": "/sandbox"}, "rules": {"password-length": {"minimum": 8}}}
    text = json.dumps({"version": 1, "rules": rules, "groups": {"sandbox": group}})
    policy = written_policy(tmp_path / "p.yaml", text)
    report = _report({**SECURE, "member": member} if member else SECURE, policy)
    found = _controls(report)["cis-2.0", "1.11"]
    assert found.outcome == report.verdict == expected
    assert words in found.reason


def test_an_account_without_users_has_nothing_to_judge() -> None:
    document = _with(f"{USERS}.SubUser", 0)
    document["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["SubUserBindMfa"] = 0
    report = _report(document)
    found = _controls(report)
    assert (found["cis-2.0", "1.4"].outcome, found["mlps-2.0", "8.1.4.1 d"].outcome) == ("skipped", "pass")
    assert report.verdict == "pass"


def test_a_waived_finding_makes_the_control_waived() -> None:
    waiver = Waiver("root-mfa", "device is in the post", "ada@example.org", date(2026, 12, 1))
    policy = replace(_policy(), waivers=(waiver,))
    report = _report(_with(f"{USERS}.BindMfa", False), policy)
    found = _controls(report)["cis-2.0", "1.3"]
    assert (found.outcome, report.verdict) == ("waived", "pass")
    assert "waived by ada@example.org until 2026-12-01: device is in the post" in found.reason
    report = _report(_with(f"{USERS}.BindMfa", False), replace(policy, waivers=(replace(waiver, account="2"),)))
    assert _controls(report)["cis-2.0", "1.3"].outcome == "fail"


def test_a_waiver_that_only_a_control_needs_is_needed() -> None:
    waiver = Waiver("password-length", "until the new directory", "ada@example.org", date(2026, 12, 31))
    policy = replace(_policy({"password-length": {"minimum": 8}}), waivers=(waiver,))
    controls = Controls(ALL, policy, NOW)
    evaluation = evaluate([Snapshot.from_document(SECURE)], policy, NOW, controls=controls)
    (report,) = evaluation
    assert _controls(report)["cis-2.0", "1.11"].outcome == "waived"
    assert evaluation.notices() == ()


def test_a_waiver_for_a_user_does_not_cover_what_the_policy_does_not_enforce() -> None:
    waiver = Waiver("user-mfa", "device is in the post", "ada@example.org", date(2026, 12, 1), user="bob@x")
    policy = _policy({"user-mfa": {"minimum_ratio": 0.1}})
    policy = replace(policy, waivers=(waiver,), names="clear")
    found = _control("1.4", policy=policy)
    assert found.outcome == "fail" and "is looser than the control's" in found.reason
    assert "do not apply: names are not used where the policy may not enforce the control" in found.reason


def test_a_baseline_excuses_known_findings() -> None:
    document = _with(f"{USERS}.BindMfa", False)
    known = _report(document)
    baseline = Baseline.of(Report(1, known.verdict, (known,), {}), "then.json")
    report = _report(document, baseline=baseline)
    assert (_controls(report)["cis-2.0", "1.3"].outcome, report.verdict) == ("waived", "pass")
    report = _report(_with(f"{USERS}.RootWithAccessKey", 1), baseline=baseline)
    assert (_controls(report)["cis-2.0", "1.2"].outcome, report.verdict) == ("fail", "fail")


def test_a_severity_threshold_counts_for_controls() -> None:
    document = _with("PasswordPolicy.PasswordReusePrevention", 0)
    assert _report(document).verdict == "fail"
    report = _report(document, fail_on=FailOn(severity="high"))
    assert (_controls(report)["cis-2.0", "1.12"].outcome, report.verdict) == ("fail", "pass")


def test_an_account_that_is_too_old_is_unknown() -> None:
    old = {**SECURE, "taken_at": (NOW - timedelta(hours=3)).isoformat()}
    report = _report(old, replace(_policy(), max_age_hours=1))
    assert {each.outcome for each in _controls(report).values()} == {"unknown"}
    assert report.verdict == "unknown"


def test_the_account_after_the_deployment_is_judged(tmp_path: Path) -> None:
    values = {"minimum_password_length": 8}
    given = {name: {"constant_value": value} for name, value in values.items()}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    resource = {"address": "alicloud_ram_password_policy.x", "mode": "managed", "type": "alicloud_ram_password_policy"}
    configured = {**resource, "provider_config_key": "alicloud", "expressions": given}
    plan = {
        "format_version": "1.2",
        "resource_changes": [{**resource, "name": "x", "change": change}],
        "configuration": {
            "provider_config": {"alicloud": {"name": "alicloud"}},
            "root_module": {"resources": [configured]},
        },
    }
    (file := tmp_path / "plan.json").write_text(json.dumps(plan))
    policy = _policy({"password-length": {"minimum": 14, "level": "advisory"}})
    snapshot, controls = Snapshot.from_document(SECURE), Controls(ALL, policy, NOW)
    (report,) = evaluate([snapshot], policy, NOW, planned=read_plan(str(file)), controls=controls)
    assert _controls(report)["cis-2.0", "1.11"].outcome == "fail"
    assert report.verdict == "fail" and report.diff is not None and report.diff.before == "pass"


def test_a_report_keeps_its_controls() -> None:
    policy = _policy({"password-length": {"minimum": 8}})
    render, summary = renderer("json", Frame(frameworks=tuple(ALL))), Summary()
    report = _report(_with(f"{USERS}.BindMfa", False), policy)
    summary.add(report)
    text = render.begin() + render.account(report) + render.end(summary)
    read = read_report(text)
    (account,) = read.accounts
    assert [(each.id, each.outcome, each.reason) for each in account.frameworks[0].controls] == [
        (each.id, each.outcome, each.reason) for each in report.frameworks[0].controls
    ]
    assert (read.verdict, read.frameworks[0].verdict) == ("fail", "fail")
    assert len(read.frameworks[0].controls) == len(ALL[0].controls)
    assert json.loads(text)["frameworks"][0]["controls"][0]["outcome"] == "not covered"


def test_a_control_without_outcomes_is_unknown() -> None:
    assert ControlReport("1.2", ()).outcome == "unknown"


def test_totals_over_accounts_name_the_first_account() -> None:
    total = FrameworkTotal()
    for name, document in (("1", SECURE), ("2", _with(f"{USERS}.BindMfa", False)), ("3", {"version": 1})):
        total.add(_report(document).frameworks[0], name)
    found = total.controls["1.3"]
    assert found.counts == {"pass": 1, "fail": 1, "unknown": 1}
    assert found.reason.startswith("account 2: root-mfa: ") and found.outcome == "fail"
    assert total.controls["1.2"].reason.startswith("account 3: root-access-keys: unknown: ")
    assert total.verdict == "fail"
    names = ", ".join(each for each in total.controls if each != "1.3")
    assert total.describe() == f"1 violation (1.3), 10 unknown ({names}) of 11 controls"
