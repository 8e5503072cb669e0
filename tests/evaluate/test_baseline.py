"""--baseline: only new findings block; old ones are shown, and the baseline says when it can shrink."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.commands.test import find_examples, read_example
from acctgate.evaluate.baseline import Baseline
from acctgate.model.outcome import Outcome, Result, verdict_of
from acctgate.model.report import AccountReport
from acctgate.model.report_document import Report
from acctgate.model.snapshot import Snapshot
from acctgate.rules import RULES
from acctgate.rules.base import Judgement, Order, Rule, RuleEntry, SettingRule
from acctgate.rules.support.order import Move, lower_is_stricter
from tests.support import HERE, NOW
from tests.support.process import Done, run_here

POLICY = "version: 1\nrules:\n  session-duration: {max_hours: 8}\n  login-mfa: {require: mandatory}\n"


def account(hours: Any, mode: str, account_id: str | None = "1111111111111111") -> dict[str, Any]:
    """Return a snapshot with two settings."""
    login = {"LoginSessionDuration": hours, "MFAOperationForLogin": mode}
    return {"version": 1, "account_id": account_id, "SecurityPreference": {"LoginProfilePreference": login}}


class Checker:
    """Runs `acctgate check` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "policy.yaml").write_text(POLICY)

    def __call__(self, snapshot: dict[str, Any], *arguments: str) -> Done:
        (self.folder / "now.json").write_text(json.dumps(snapshot))
        words = ("check", "--snapshot", "now.json", "--policy", "policy.yaml", "--format", "json")
        return run_here(*words, *arguments, cwd=self.folder)

    def write_baseline(self, snapshot: dict[str, Any]) -> None:
        (self.folder / "base.json").write_text(self(snapshot).stdout)


@pytest.fixture
def check(tmp_path: Path) -> Checker:
    return Checker(tmp_path)


def results(done: Done) -> dict[str, str]:
    [found] = json.loads(done.stdout)["accounts"]
    return {o["rule"]: o["outcome"] for o in found["outcomes"] if o["level"] != "disabled"}


@pytest.mark.parametrize("as_report", [True, False], ids=["report", "snapshot"])
def test_a_baseline_does_not_turn_off_the_limit_of_age(check: Checker, *, as_report: bool) -> None:
    """Too old then and now is not a known finding. A baseline itself may be old: its violations are known."""
    old = account(24, "mandatory") | {"taken_at": "2020-01-01T00:00:00Z"}
    (check.folder / "policy.yaml").write_text(f"{POLICY}max_age_hours: 24\n")
    if as_report:
        check.write_baseline(old)
    else:
        (check.folder / "base.json").write_text(json.dumps(old))
    done = check(old, "--baseline", "base.json")
    assert done.status == 3 and set(results(done).values()) == {"unknown"}
    assert "can shrink" not in done.stderr
    if not as_report:
        fresh = account(24, "mandatory") | {"taken_at": datetime.now(UTC).isoformat()}
        assert results(check(fresh, "--baseline", "base.json"))["session-duration"] == "waived"


def test_what_was_unknown_because_of_age_is_no_finding(check: Checker) -> None:
    (check.folder / "policy.yaml").write_text(
        "version: 1\nrules: {login-mfa: {require: mandatory}}\nmax_age_hours: 24\n"
    )
    nothing = {"version": 1, "account_id": "1111111111111111", "SecurityPreference": {}}
    check.write_baseline(nothing | {"taken_at": "2020-01-01T00:00:00Z"})
    fresh = nothing | {"taken_at": datetime.now(UTC).isoformat()}
    assert check(fresh, "--baseline", "base.json").status == 3
    check.write_baseline(fresh)
    assert check(fresh, "--baseline", "base.json").status == 0


@pytest.mark.parametrize(
    ("before", "after", "code", "expected"),
    [
        (account(24, "mandatory"), account(24, "mandatory"), 0, {"session-duration": "waived", "login-mfa": "pass"}),
        (account(24, "mandatory"), account(24, "adaptive"), 1, {"session-duration": "waived", "login-mfa": "fail"}),
        (account(24, "mandatory"), account(6, "adaptive"), 1, {"session-duration": "pass", "login-mfa": "fail"}),
        (account("?", "mandatory"), account("?", "mandatory"), 0, {"session-duration": "waived", "login-mfa": "pass"}),
        (account("?", "mandatory"), account(24, "mandatory"), 1, {"session-duration": "fail", "login-mfa": "pass"}),
        (account(24, "mandatory"), account("?", "mandatory"), 3, {"session-duration": "unknown", "login-mfa": "pass"}),
        (
            account(24, "mandatory"),
            account(24, "mandatory", "2222222222222222"),
            1,
            {"session-duration": "fail", "login-mfa": "pass"},
        ),
        (
            account(24, "mandatory", None),
            account(24, "mandatory", None),
            1,
            {"session-duration": "fail", "login-mfa": "pass"},
        ),
    ],
)
def test_only_what_is_new_blocks(check: Checker, before: Any, after: Any, code: int, expected: dict[str, str]) -> None:
    check.write_baseline(before)
    done = check(after, "--baseline", "base.json")
    assert done.status == code, done.stderr
    assert results(done) == expected


def test_a_report_made_with_a_baseline_is_one(check: Checker) -> None:
    check.write_baseline(account(24, "mandatory"))
    again = check(account(24, "mandatory"), "--baseline", "base.json").stdout
    (check.folder / "base.json").write_text(again)
    [waived] = [o for o in json.loads(again)["accounts"][0]["outcomes"] if o["outcome"] == "waived"]
    assert waived["waiver"] == {
        "reason": "already in base.json",
        "owner": "baseline",
        "expires": "",
        "outcome": "fail",
    }
    assert check(account(24, "mandatory"), "--baseline", "base.json").status == 0
    assert check(account("?", "mandatory"), "--baseline", "base.json").status == 3


@pytest.mark.parametrize(("hours", "code"), [(20, 0), (24, 0), (12, 0), (22, 0)])
def test_what_is_as_bad_or_better_is_known(check: Checker, hours: int, code: int) -> None:
    check.write_baseline(account(24, "mandatory"))
    assert check(account(hours, "mandatory"), "--baseline", "base.json").status == code


def test_what_is_worse_than_in_the_baseline_blocks(check: Checker) -> None:
    check.write_baseline(account(12, "mandatory"))
    done = check(account(13, "mandatory"), "--baseline", "base.json")
    assert done.status == 1 and "(worse than in the baseline)" in done.stdout
    (check.folder / "policy.yaml").write_text("version: 1\nrules: {network-masks: {within: [10.0.0.0/8]}}\n")
    one = account(6, "mandatory")
    one["SecurityPreference"]["LoginProfilePreference"]["LoginNetworkMasks"] = "10.0.0.0/8;198.51.100.7"
    check.write_baseline(one)
    assert check(one, "--baseline", "base.json").status == 0
    one["SecurityPreference"]["LoginProfilePreference"]["LoginNetworkMasks"] = ""
    assert check(one, "--baseline", "base.json").status == 1, "every network is worse than one too many"


def test_what_a_waiver_excuses_is_not_in_the_baseline(check: Checker) -> None:
    waiver = "waivers: [{rule: session-duration, reason: r, owner: o, expires: 2099-01-01}]\n"
    (check.folder / "policy.yaml").write_text(POLICY + waiver)
    check.write_baseline(account(24, "mandatory"))
    (check.folder / "policy.yaml").write_text(POLICY)
    assert check(account(24, "mandatory"), "--baseline", "base.json").status == 1


def test_a_baseline_says_when_it_can_shrink(check: Checker) -> None:
    check.write_baseline(account(24, "adaptive"))
    done = check(account(6, "adaptive"), "--baseline", "base.json")
    assert done.status == 0
    assert "base.json can shrink: session-duration of account 1111111111111111 no longer occurs" in done.stderr


@pytest.mark.parametrize(
    "after",
    [
        account("?", "mandatory"),
        account(24, "mandatory", None),
        account(6, "mandatory", None),
        account(6, "mandatory", "2222222222222222"),
    ],
    ids=["unknown now", "no ID", "no ID and no finding", "another account"],
)
def test_a_baseline_shrinks_only_by_what_provably_no_longer_occurs(check: Checker, after: Any) -> None:
    check.write_baseline(account(24, "mandatory"))
    assert "can shrink" not in check(after, "--baseline", "base.json").stderr


@pytest.mark.parametrize("hours", [24, 6])
def test_a_baseline_says_that_findings_without_an_account_excuse_nothing(check: Checker, hours: int) -> None:
    check.write_baseline(account(24, "adaptive", None))
    done = check(account(hours, "adaptive"), "--baseline", "base.json")
    assert done.status == 1 and "can shrink" not in done.stderr
    assert "base.json: the account has no ID, so its findings excuse nothing: login-mfa (and 1 more)" in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2, "verdict": "pass", "accounts": [], "counts": {}}'])
def test_a_baseline_that_is_none_is_one_line(check: Checker, text: str) -> None:
    (check.folder / "base.json").write_text(text)
    done = check(account(24, "mandatory"), "--baseline", "base.json")
    assert done.status == 2
    assert done.stdout == ""
    assert done.stderr.startswith("acctgate: base.json")
    assert len(done.stderr.splitlines()) == 1


LOGIN = "SecurityPreference.LoginProfilePreference"
IDLE = "SecurityPreference.MaxIdleDays.AcmeDays"


def outcome(rule: str, setting: str, actual: Any, result: Result = "fail") -> Outcome:
    """Return a mandatory outcome of a rule."""
    return Outcome(rule, result, "mandatory", "high", setting, "", actual, "found", "")


def report_on(*outcomes: Outcome, account: str = "1111111111111111") -> AccountReport:
    return AccountReport(account, verdict_of(outcomes), outcomes)


def compared(
    before: AccountReport | list[AccountReport], after: AccountReport, rules: tuple[Rule[Any], ...] = RULES
) -> list[str]:
    """Return the results of `after` with `before` as baseline."""
    accounts = before if isinstance(before, list) else [before]
    baseline = Baseline.of(Report(1, "fail", tuple(accounts), {}), "base.json", rules)
    found = baseline.apply(after)
    for each in found.outcomes:
        assert each.message.endswith(("(in the baseline)", "(worse than in the baseline)", "found"))
        assert (each.outcome == "waived") is each.message.endswith("(in the baseline)")
    return [each.outcome if each.outcome == "waived" else each.message for each in found.outcomes]


WORSE = ["found (worse than in the baseline)"]


def pack(status: str, created: int | None = None) -> dict[str, Any]:
    """Return the `actual` of compliance-report."""
    when = {} if created is None else {"ReportCreateTimestamp": created}
    return {"CompliancePackId": "cp-1", "ReportStatus": status, **when}


@pytest.mark.parametrize(
    ("rule", "before", "after", "excused"),
    [
        ("compliance-report", pack("COMPLETE", 1), pack("NONE"), False),
        ("compliance-report", pack("COMPLETE", 1), pack("NONE", 2), False),
        ("compliance-report", pack("NONE"), pack("CREATING"), True),
        ("compliance-report", pack("COMPLETE", 1), pack("COMPLETE", 2), True),
        ("user-mfa", {"SubUserBindMfa": 8, "SubUser": 10}, {"SubUserBindMfa": 0, "SubUser": 2}, False),
        ("user-mfa", {"SubUserBindMfa": 8, "SubUser": 10}, {"SubUserBindMfa": 40, "SubUser": 43}, False),
        ("user-mfa", {"SubUserBindMfa": 8, "SubUser": 10}, {"SubUserBindMfa": 9, "SubUser": 11}, True),
        ("user-mfa", {"SubUserBindMfa": 8, "SubUser": 10}, {"SubUserBindMfa": 8, "SubUser": 9}, True),
        ("login-mfa", "adaptive", "independent", False),
        ("login-mfa", "independent", "adaptive", True),
        ("login-mfa", "?", "adaptive", False),
        ("network-masks", "10.0.0.0/8;x", "0.0.0.0/1;x", False),
        ("network-masks", "10.0.0.0/8;x", "10.0.0.0/8;x", True),
        ("network-masks", "10.0.0.0/8;x", "10.0.0.0/8;y", False),
        ("network-masks", "198.51.100.0/24", "198.51.100.7", True),
        ("session-duration", 24, "24", False),
        ("session-duration", 24, 24.0, False),
        ("session-duration", 24, None, False),
        ("session-duration", None, None, True),
        ("risk-login", "autonomous", "enforceVerify", True),
        ("old-access-keys", 1, True, False),
    ],
)
def test_only_an_equal_or_stricter_value_is_excused(rule: str, before: Any, after: Any, excused: bool) -> None:
    setting = next(each.setting for each in RULES if each.id == rule)
    found = compared(report_on(outcome(rule, setting, before)), report_on(outcome(rule, setting, after)))
    assert found == (["waived"] if excused else WORSE)


def test_a_mode_and_the_older_switch_are_compared() -> None:
    modes = [("adaptive", False, WORSE), ("adaptive", "adaptive", ["waived"]), (False, "adaptive", ["waived"])]
    for before, after, wanted in modes:
        settings = [f"{LOGIN}.{'Enforce' if isinstance(v, bool) else ''}MFA" for v in (before, after)]
        old, new = (outcome("login-mfa", s, v) for s, v in zip(settings, (before, after), strict=True))
        assert compared(report_on(old), report_on(new)) == wanted


def own_rule(order: Order | None) -> SettingRule[RuleEntry]:
    return SettingRule(
        id="acme",
        title="Acme",
        doc="Acme.",
        severity="low",
        setting=IDLE,
        parameters=RuleEntry,
        remediation="Mend.",
        expected=lambda want: "",
        judge=lambda value, want: Judgement("fail", "", value),
        orders={IDLE: order} if order else {},
    )


def raising(before: Any, after: Any) -> Move:
    raise ValueError(before, after)


@pytest.mark.parametrize(
    ("order", "after", "excused"),
    [
        (None, 365, True),
        (None, 730, False),
        (None, 90, False),
        (lower_is_stricter, 730, False),
        (lower_is_stricter, 90, True),
        (lambda before, after: Move("changed"), 90, False),
        (raising, 90, False),
    ],
)
def test_an_own_rule_is_compared_by_its_own_order(order: Order | None, after: int, excused: bool) -> None:
    before, now = (report_on(outcome("acme", IDLE, value)) for value in (365, after))
    assert compared(before, now, (*RULES, own_rule(order))) == (["waived"] if excused else WORSE)


def test_several_outcomes_of_one_rule_have_keys_of_their_own() -> None:
    one, two, three = (outcome("acme", f"Section.{name}", 5) for name in "abc")
    assert compared(report_on(one, two), report_on(one, two)) == ["waived", "waived"]
    assert compared(report_on(one, two), report_on(one, three)) == ["waived", "found"]
    assert compared(report_on(one, one), report_on(one, one, one)) == ["waived", "waived", "found"]
    packs = [outcome("compliance-report", "s", {"CompliancePackId": name, "ReportStatus": "NONE"}) for name in "ab"]
    assert compared(report_on(*packs), report_on(packs[1])) == ["waived"]
    assert compared(report_on(packs[0]), report_on(*packs)) == ["waived", "found"]


def test_of_several_reports_on_one_account_the_last_counts() -> None:
    bad, fine = (report_on(outcome("root-mfa", "s", False, result)) for result in ("fail", "pass"))
    assert compared([bad, fine], bad) == ["found"]
    assert compared([fine, bad], bad) == ["waived"]
    assert compared([bad, report_on(account="2222222222222222")], bad) == ["waived"]


def test_a_baseline_does_not_excuse_what_is_unknown_beside_a_known_violation(check: Checker) -> None:
    (check.folder / "policy.yaml").write_text("version: 1\nrules: {compliance-rules: {max_high: 0}}\n")
    rule = {"ConfigRuleId": "cr-1", "ComplianceType": "NON_COMPLIANT", "RiskLevel": 1}
    pack = {"CompliancePackId": "cp-1", "TotalCount": 1, "NonCompliantCount": 1, "ConfigRuleCompliances": [rule]}
    known = {"version": 1, "account_id": "1111111111111111", "ConfigRuleCompliances": [pack]}
    denied = known | {"errors": {"ConfigRuleCompliances.cp-2": {"code": "NoPermission", "message": "denied"}}}
    check.write_baseline(known)
    assert check(known, "--baseline", "base.json").status == 0
    done = check(denied, "--baseline", "base.json")
    assert done.status == 1 and "(worse than in the baseline)" in done.stdout
    check.write_baseline(denied)
    assert '"incomplete": true' in (check.folder / "base.json").read_text()
    assert [check(each, "--baseline", "base.json").status for each in (denied, known)] == [0, 0]


EXAMPLES: Final = [
    example
    for found in find_examples(HERE / "rules", {rule.id for rule in RULES})
    if (example := read_example(HERE / "rules", *found)).entry and example.planned is None
]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.id != "account-identity"], ids=lambda rule: rule.id)
def test_what_a_baseline_excuses_is_no_worse_by_any_parameters(rule: Rule[Any]) -> None:
    """Of two accounts in a rule's examples, where one excuses the other, no entry passes it and fails the other."""
    examples = [example for example in EXAMPLES if example.rule == rule.id]
    entries: list[Any] = [
        example.entry
        for example in examples
        if not any(isinstance(value, bool) for value in (example.entry or {}).values())  # either may be wanted
    ]
    accounts = [(Snapshot.from_document(example.snapshot), example.now or NOW) for example in examples]
    judged = [[rule.judgements(account, entry, now)[0] for account, now in accounts] for entry in entries]
    failing = {
        (before, after): (found[before], found[after])
        for found in judged
        for before, after in permutations([number for number, each in enumerate(found) if each.outcome == "fail"], 2)
    }
    for (before, after), found in failing.items():
        if any(each[before].outcome == "pass" and each[after].outcome == "fail" for each in judged):
            known, new = (report_on(outcome(rule.id, each.setting or rule.setting, each.actual)) for each in found)
            assert compared(known, new, (rule,)) != ["waived"], (examples[before].name, examples[after].name)
