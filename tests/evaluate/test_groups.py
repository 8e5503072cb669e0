"""Accounts are judged by what counts in their groups, and nothing passes that may fail in a group they may be in."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acctgate.evaluate.baseline import Baseline
from acctgate.evaluate.groups import MOST_VARIANTS
from acctgate.evaluate.pipeline import evaluate
from acctgate.language import in_language
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.model.report_document import Report
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from tests.support import NOW, outcomes_of, policy_of, run, written_policy
from tests.support.process import run_here

POLICY = """
version: 1
rules: {session-duration: {max_hours: 12}, root-mfa: {level: advisory}, root-access-keys: {maximum: 0}}
groups:
  production:
    match: {folder: /prod}
    rules: {session-duration: {max_hours: 4}, risk-login: {require: enforceVerify}}
    waivers: [{rule: risk-login, reason: being moved, owner: ada, expires: 2027-01-01}]
  sandbox:
    match: {folder: /sandbox}
    rules: {session-duration: {level: advisory, max_hours: 8}}
"""


def document(hours: Any, folder: str | None = None, account: str = "1", risk: str = "enforceVerify") -> dict[str, Any]:
    login = {"LoginSessionDuration": hours, "OperationForRiskLogin": risk}
    found = {"version": 1, "account_id": account, "SecurityPreference": {"LoginProfilePreference": login}}
    return {**found, "member": {"folder": folder}} if folder else found


def report(policy: Policy, found: dict[str, Any]) -> AccountReport:
    (judged,) = evaluate([Snapshot.from_document(found)], policy, NOW)
    return judged


def outcome(policy: Policy, found: dict[str, Any], rule: str = "session-duration") -> Outcome:
    (only,) = outcomes_of(report(policy, found), rule)
    return only


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    return written_policy(tmp_path / "p.yaml", POLICY)


@pytest.mark.parametrize(
    ("hours", "folder", "wanted"),
    [
        (6, "/prod/payments", ("fail", "mandatory")),
        (6, "/sandbox", ("pass", "advisory")),
        (20, "/sandbox", ("fail", "advisory")),
        (6, "/dev", ("pass", "mandatory")),
        (20, "/dev", ("fail", "mandatory")),
        # The folder is not known.
        (4, None, ("pass", "mandatory")),
        (6, None, ("unknown", "mandatory")),
        (10, None, ("unknown", "mandatory")),
        (20, None, ("unknown", "mandatory")),
        ("x", None, ("unknown", "mandatory")),
    ],
)
def test_each_account_is_judged_by_its_groups(
    policy: Policy, hours: Any, folder: str | None, wanted: tuple[str, str]
) -> None:
    found = outcome(policy, document(hours, folder))
    assert (found.outcome, found.level) == wanted


def test_the_reason_says_what_is_not_known(policy: Policy) -> None:
    found = report(policy, document(6))
    (only,) = outcomes_of(found, "session-duration")
    where = "so it may be in one of the groups production, sandbox, where the outcome differs"
    assert only.message == f"unknown: its folder is not known, {where}"
    assert in_language(only.message, "zh") == (
        "无法判定：账号的 folder 未知，因此账号可能属于这些分组之一：production、sandbox，结果会有所不同"
    )
    assert (found.groups, found.possible_groups, found.verdict) == ((), ("production", "sandbox"), "unknown")
    assert report(policy, document(6, "/prod")).groups == ("production",)


def test_a_rule_that_only_a_group_enables(policy: Policy) -> None:
    assert outcome(policy, document(1, "/dev"), "risk-login").outcome == "skipped"
    assert outcome(policy, document(1), "risk-login").outcome == "pass", "it passes where it is enabled"
    found = outcome(policy, document(1, risk="autonomous"), "risk-login")
    assert (found.outcome, found.level) == ("unknown", "mandatory"), "and no waiver of a group counts that it may be in"


def test_the_waiver_of_a_group_covers_only_its_accounts(policy: Policy) -> None:
    assert outcome(policy, document(1, "/prod", risk="autonomous"), "risk-login").outcome == "waived"
    evaluation = evaluate([Snapshot.from_document(document(1, "/dev"))], policy, NOW)
    list(evaluation)
    assert evaluation.notices() == (), "an account in the group may need it"
    evaluation = evaluate([Snapshot.from_document(document(1, "/prod"))], policy, NOW)
    list(evaluation)
    (notice,) = evaluation.notices()
    assert notice.state == "unused"
    assert notice.message.startswith("the waiver of risk-login for every account in group production by ada is not")


def test_an_account_that_cannot_be_read_keeps_its_reason(policy: Policy) -> None:
    (found,) = evaluate([Snapshot({"version": 1}, unreadable="fleet.ndjson:3: no JSON")], policy, NOW)
    assert {each.message for each in found.outcomes if each.level != "disabled"} == {"unknown: fleet.ndjson:3: no JSON"}


LEVELS = st.sampled_from(["mandatory", "advisory", "disabled", None])
ENTRIES = st.fixed_dictionaries({"level": LEVELS, "max_hours": st.integers(1, 8)})


@settings(deadline=None, max_examples=60)
@given(base=ENTRIES, groups=st.lists(ENTRIES, min_size=1, max_size=3), hours=st.integers(1, 9))
def test_nothing_passes_that_may_fail(base: dict[str, Any], groups: list[dict[str, Any]], hours: int) -> None:
    """An independent oracle: try each combination of groups by itself."""
    entries = [{key: value for key, value in each.items() if value is not None} for each in (base, *groups)]
    rules = {"session-duration": entries[0]}
    found = {
        str(number): {"match": {"folder": "/x"}, "rules": {"session-duration": each}}
        for number, each in enumerate(entries[1:])
    }
    policy = policy_of(rules, groups=found)
    combined = outcome(policy, document(hours))
    subsets = [
        [name for name, take in zip(found, mask, strict=True) if take] for mask in product((0, 1), repeat=len(found))
    ]
    each = [outcome(policy.in_groups(names), document(hours)) for names in subsets]
    blocks = [one.outcome == "fail" and one.binding for one in each]
    if any(blocks):
        assert combined.binding and combined.outcome == ("fail" if all(blocks) else "unknown")
    if any(one.outcome == "fail" for one in each):
        assert combined.outcome != "pass"
    else:
        assert combined.outcome in ("pass", "skipped")


SWITCH = "AllowUserToManageMFADevices"
LOOSENING = st.fixed_dictionaries(
    {},
    optional={
        "no-loosening": st.fixed_dictionaries(
            {"level": st.sampled_from(["mandatory", "advisory"])},
            optional={"except": st.sampled_from([[SWITCH], ["LoginSessionDuration"]])},
        ),
        "manage-mfa-devices": st.fixed_dictionaries({"level": st.just("advisory"), "allow": st.booleans()}),
    },
)


def switched(policy: Policy, was: bool, now: bool) -> Outcome:
    """Return the outcome of no-loosening for a deploy that moves one switch of an account of which no more is known."""
    before, after = (
        Snapshot.from_document({"version": 1, "SecurityPreference": {"MFAPreference": {SWITCH: value}}})
        for value in (was, now)
    )
    (judged,) = evaluate([replace(after, before=before)], policy, NOW)
    (found,) = outcomes_of(judged, "no-loosening")
    return found


def test_a_rule_that_depends_on_others_is_judged_in_every_combination() -> None:
    policy = policy_of(
        {"manage-mfa-devices": {"level": "advisory", "allow": False}, "no-loosening": {"except": [SWITCH]}},
        groups={
            "a": {"match": {"folder": "/a"}, "rules": {"no-loosening": {"except": ["LoginSessionDuration"]}}},
            "b": {"match": {"tag": {"env": "b"}}, "rules": {"manage-mfa-devices": {"allow": True}}},
        },
    )
    assert switched(policy.in_groups("ab"), was=True, now=False).outcome == "fail"
    found = switched(policy, was=True, now=False)
    assert found.outcome == "unknown"
    assert "its folder is not known and its tag env is not known, so it may be in one of the groups a, b" in (
        found.message
    )


@settings(deadline=None, max_examples=60)
@given(base=LOOSENING, groups=st.lists(LOOSENING, min_size=1, max_size=4), was=st.booleans())
def test_no_deploy_passes_that_may_loosen(base: dict[str, Any], groups: list[dict[str, Any]], was: bool) -> None:
    """The same oracle, for a rule that judges by the entries of others."""
    found = {str(number): {"match": {"folder": "/x"}, "rules": each} for number, each in enumerate(groups)}
    policy = policy_of(base, groups=found)
    subsets = [list(filter(None, names)) for names in product(*(("", name) for name in found))]
    each = [switched(policy.in_groups(names), was, not was) for names in subsets]
    combined = switched(policy, was, not was)
    if any(one.outcome in ("fail", "unknown") for one in each):
        assert combined.outcome in ("fail", "unknown")
        assert combined.binding or not any(one.binding for one in each if one.outcome in ("fail", "unknown"))
    else:
        assert combined.outcome in ("pass", "skipped")


def test_too_many_groups_are_unknown() -> None:
    names = ("max_addresses", "max_public_addresses")
    groups = {
        f"{name}-{number}": {"match": {"folder": f"/{number}"}, "rules": {"network-masks": {name: number + 1}}}
        for name in names
        for number in range(MOST_VARIANTS)
    }
    policy = policy_of({"network-masks": None}, groups=groups)
    masks = {"SecurityPreference": {"LoginProfilePreference": {"LoginNetworkMasks": "10.0.0.1"}}}
    found = outcome(policy, {"version": 1, **masks}, "network-masks")
    assert found.outcome == "unknown" and "its folder is not known" in found.message


def test_a_baseline_is_compared_by_the_limit_of_the_group(tmp_path: Path) -> None:
    text = """
version: 1
rules: {security-score: {minimum: 10, max_drop: 30}, root-mfa: {level: advisory}}
groups: {production: {match: {folder: /prod}, rules: {security-score: {max_drop: 5}}}}
"""
    policy = written_policy(tmp_path / "p.yaml", text)

    def scored(score: int, **more: Any) -> dict[str, Any]:
        return {"version": 1, "account_id": "1", "AccountSecurityPracticeInfo": {"Score": score}, **more}

    before = Report(1, "pass", (report(policy, scored(90)),), {})
    results = {}
    for name, more in {
        "/prod": {"member": {"folder": "/prod"}},
        "/dev": {"member": {"folder": "/dev"}},
        "": {},
    }.items():
        accounts = [Snapshot.from_document(scored(80, **more))]
        (judged,) = evaluate(accounts, policy, NOW, baseline=Baseline.of(before, "old.json"))
        results[name] = outcomes_of(judged, "security-score")[0].outcome
    assert results == {"/prod": "fail", "/dev": "pass", "": "unknown"}


def test_workers_judge_by_groups_too(tmp_path: Path, policy: Policy) -> None:
    lines = [document(6, folder, str(number)) for number, folder in enumerate(["/prod", "/sandbox", "/dev", None], 1)]
    (tmp_path / "s.ndjson").write_text("".join(json.dumps(each) + "\n" for each in lines))
    arguments = ("check", "--snapshot", "s.ndjson", "--policy", "p.yaml", "--format", "ndjson")
    one = run_here(*arguments, "--jobs", "1", cwd=tmp_path).stdout.splitlines()
    two = run(*arguments, "--jobs", "2", cwd=tmp_path).stdout.splitlines()
    groups = [json.loads(line).get("groups") for line in two]
    assert groups == [["production"], ["sandbox"], None, None]
    assert [json.loads(line)["outcomes"] for line in one] == [json.loads(line)["outcomes"] for line in two]


def test_a_policy_that_blocks_only_in_a_group_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"version": 1}')
    groups = "groups: {a: {match: {folder: /a}, rules: {root-mfa: {level: mandatory}}}}"
    (tmp_path / "p.yaml").write_text(f"version: 1\nrules: {{root-mfa: {{level: advisory}}}}\n{groups}\n")
    done = run_here("check", "--snapshot", "s.json", "--policy", "p.yaml", cwd=tmp_path)
    assert done.status == 2 and "p.yaml: no rule is mandatory, so every account would pass" in done.stderr


@pytest.mark.parametrize(
    ("folder", "tags", "options", "message"),
    [
        (
            "/a",
            {},
            (),
            "no rule is mandatory in the group a, so account 1 would pass; make a rule mandatory",
        ),
        ("/a", {}, ("--fail-on", "advisory"), None),
        ("/a", {}, ("--fail-on", "critical"), "no rule that --fail-on selects is enabled in the group a, so account "),
        ("/b", {}, (), None),
        ("/b", {"env": "c"}, (), "no rule is mandatory in the groups b and c together, so account 1 would"),
        ("/d", {}, (), None),
    ],
)
def test_a_policy_in_which_no_rule_blocks_an_account_of_groups_is_refused(
    tmp_path: Path, folder: str, tags: dict[str, str], options: tuple[str, ...], message: str | None
) -> None:
    text = """
version: 1
rules: {session-duration: {max_hours: 12}, root-mfa: {}}
groups:
  a: {match: {folder: /a}, rules: {session-duration: {level: advisory}, root-mfa: {level: disabled}}}
  b: {match: {folder: /b}, rules: {session-duration: {level: advisory}}}
  c: {match: {tag: {env: c}}, rules: {root-mfa: {level: disabled}}}
"""
    (tmp_path / "p.yaml").write_text(text)
    found = {**document(6), "member": {"folder": folder, "tags": tags}}
    (tmp_path / "s.json").write_text(json.dumps(found))
    done = run_here("check", "--snapshot", "s.json", "--policy", "p.yaml", *options, cwd=tmp_path)
    if message is None:
        assert done.status in (0, 3), done.stderr
    else:
        assert (done.status, done.stdout) == (2, "") and f"p.yaml: {message}" in done.stderr
