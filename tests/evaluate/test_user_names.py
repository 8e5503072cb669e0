"""Who is behind a violation: names, and whether they explain the whole count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.credential_report import ROOT, hash_name
from acctgate.model.other_change import OtherChange
from acctgate.model.outcome import Outcome
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from acctgate.rules import root_mfa
from acctgate.rules.support.users_behind import MAX_IDLE, MAX_KEY_AGE
from acctgate.times import parse_time
from tests.support import NOW, judge, policy_of
from tests.support.chinese import english_in
from tests.support.credentials import GENERATED, OLD, RECENT, account, key, report, user

ID: Final = "1234567890123456"
COUNTS: Final = (
    "root-access-keys",
    "old-access-keys",
    "unused-access-keys",
    "old-root-access-keys",
    "unused-root-access-keys",
)
RULES: Final[dict[str, dict[str, Any] | None]] = {
    "user-mfa": {"minimum_ratio": 1.0},
    "root-mfa": None,
    **{rule: {"maximum": 0} for rule in COUNTS},
}
POLICY: Final = policy_of(RULES)
OLD_KEYS: Final = "old-access-keys"


def outcome(
    rule: str, info: dict[str, Any], section: dict[str, Any] | None, policy: Policy | None = None, **more: Any
) -> Outcome:
    """Return the outcome of a rule for an account with these counts and this credential report."""
    found = judge(account(info, section, **more), policy or POLICY)
    return next(each for each in found.outcomes if each.rule == rule)


MFA: Final = {"SubUserBindMfa": 1, "SubUser": 3}
USERS: Final = report(user("a@x", mfa=False), user("b@x"), user("c@x", mfa=None))


def counted_users(users: list[dict[str, Any]]) -> dict[str, int]:
    """Return the number of RAM users, as the practice report counts them."""
    return {"SubUser": sum(each["User"] != ROOT for each in users)}


OLD_COUNT: Final = {"SubUserWithOldAccessKey": 1}
UNUSED: Final = "unused-access-keys"


def unused(count: int) -> dict[str, int]:
    """Return a count of users with unused AccessKey pairs."""
    return {"SubUserWithUnusedAccessKey": count}


A_OLD: Final = user("a@x", key(OLD))
A_UNUSED: Final = user("a@x", key(OLD, OLD))


@pytest.mark.parametrize(
    ("rule", "info", "users", "names", "possible"),
    [
        ("user-mfa", MFA, [user("a@x", mfa=False), user("b@x"), user("c@x", mfa=None)], ("a@x", "c@x"), ()),
        ("root-mfa", {"BindMfa": False}, [user(ROOT, mfa=False), user("a@x", mfa=False)], (ROOT,), ()),
        ("root-access-keys", {"RootWithAccessKey": 2}, [user(ROOT, key(), key(active=False))], (ROOT,), ()),
        (OLD_KEYS, OLD_COUNT, [user("a@x", key(OLD), key(OLD)), user("b@x", key())], ("a@x",), ()),
        (OLD_KEYS, OLD_COUNT, [A_OLD, user("b@x", key(OLD, active=False))], ("a@x",), ("b@x",)),
        (OLD_KEYS, OLD_COUNT, [A_OLD, user("b@x", key(None))], ("a@x",), ("b@x",)),
        ("old-root-access-keys", {"OldAkNum": 2}, [user(ROOT, key(OLD), key(OLD)), A_OLD], (ROOT,), ()),
        (UNUSED, unused(2), [A_UNUSED, user("b@x", key(OLD, None)), user("c@x", key(OLD))], ("a@x", "b@x"), ()),
        (UNUSED, unused(1), [A_UNUSED, user("b@x", key(RECENT, None))], ("a@x",), ("b@x",)),
        (UNUSED, unused(1), [A_UNUSED, user("b@x", key(OLD, OLD, active=False))], ("a@x",), ("b@x",)),
        ("unused-root-access-keys", {"UnusedAkNum": 1}, [user(ROOT, key(OLD, OLD), key())], (ROOT,), ()),
    ],
)
def test_names_explain_a_count(
    rule: str, info: dict[str, Any], users: list[dict[str, Any]], names: tuple[str, ...], possible: tuple[str, ...]
) -> None:
    found = outcome(rule, {**counted_users(users), **info}, report(*users))
    assert (found.outcome, found.names, found.possible_names, found.names_match) == ("fail", names, possible, True)
    assert found.names_note is not None and found.names_note.startswith(f"by the credential report of {GENERATED}: ")
    assert not any(name in f"{found.names_note} {found.message}" for name in (*names, *possible) if name != ROOT)


def test_the_limits_are_exact() -> None:
    for rule, count, limit in (
        (OLD_KEYS, "SubUserWithOldAccessKey", MAX_KEY_AGE),
        ("unused-access-keys", "SubUserWithUnusedAccessKey", MAX_IDLE),
    ):
        for seconds, names in ((0, ()), (1, ("a@x",))):
            moment = (parse_time(GENERATED) - limit - timedelta(seconds=seconds)).isoformat()
            assert outcome(rule, {count: 1}, report(user("a@x", key(moment, moment)))).names == names


@pytest.mark.parametrize(
    ("info", "section", "more", "note"),
    [
        ({**MFA, "SubUser": 4}, USERS, {}, "the credential report names 2 users, the practice report counts 3"),
        ({**MFA, "SubUser": 2}, USERS, {}, "the credential report names 2 users, the practice report counts 1"),
        (MFA, {**USERS, "GeneratedTime": "2026-11-22T07:00:00Z"}, {}, "the credential report was 5 hours old when"),
        (
            MFA,
            {**USERS, "GeneratedTime": "2026-11-22T13:00:00Z"},
            {},
            "the credential report is newer than the account",
        ),
        (MFA, USERS, {"taken_at": None}, "it is not known how old the credential report was"),
        (
            {"SubUserBindMfa": 2, "SubUser": 4},
            USERS,
            {},
            "the credential report has 3 RAM users, the practice report 4",
        ),
    ],
)
def test_names_that_do_not_explain_a_count_say_so(
    info: dict[str, Any], section: dict[str, Any], more: dict[str, Any], note: str
) -> None:
    found = outcome("user-mfa", info, section, **more)
    assert (found.outcome, found.names, found.names_match) == ("fail", ("a@x", "c@x"), False)
    assert note in str(found.names_note)


@pytest.mark.parametrize(
    ("users", "note"),
    [
        ({}, "it is not known how many RAM users there are: "),
        ({"SubUser": "2"}, "it is not known how many RAM users there are: "),
        ({"SubUser": 3}, "the credential report has 2 RAM users, the practice report 3"),
        ({"SubUser": 1}, "the credential report has 2 RAM users, the practice report 1"),
    ],
)
def test_names_of_keys_need_the_same_users(users: dict[str, Any], note: str) -> None:
    for rule, info, section in (
        (OLD_KEYS, OLD_COUNT, report(A_OLD, user("b@x"))),
        (UNUSED, unused(1), report(A_UNUSED, user("b@x"))),
    ):
        found = outcome(rule, {**info, **users}, section)
        assert (found.outcome, found.names, found.names_match) == ("fail", ("a@x",), False)
        assert note in str(found.names_note)


def test_root_counts_name_their_number() -> None:
    found = outcome("root-access-keys", {"RootWithAccessKey": 2}, report(user(ROOT, key())))
    assert "the credential report shows 1, the practice report counts 2" in str(found.names_note)
    unknown = outcome("root-mfa", {"BindMfa": False}, report(user(ROOT, mfa=None)))
    assert (unknown.names, unknown.possible_names, unknown.names_match) == ((), (ROOT,), False)


@pytest.mark.parametrize(
    ("section", "more", "reason"),
    [
        (
            None,
            {"errors": {"CredentialReport": {"code": "NoPermission", "message": "no"}}},
            "GetCredentialReport failed",
        ),
        (report(user("canary@x"), user("canary@x")), {}, "Users names a user twice"),
        ({**report(), "Users": [user("canary@x")]}, {}, "has no row for the Alibaba Cloud account itself"),
        ({**report(user("canary@x")), "Names": "hash"}, {}, "has names whose form contradicts its Names"),
        (report({**user("canary@x"), "MfaActive": "canary"}), {}, "MfaActive should be a valid boolean"),
        (report(user("canary@x", key("canary"))), {}, "LastRotated should be a time"),
        (["canary"], {}, "CredentialReport should be an object"),
    ],
)
def test_an_unusable_report_changes_no_outcome(section: Any, more: dict[str, Any], reason: str) -> None:
    document = account(MFA, None, **more) | ({} if section is None else {"CredentialReport": section})
    with_section, without = judge(document, POLICY), judge(account(MFA, None), POLICY)
    assert [each.outcome for each in with_section.outcomes] == [each.outcome for each in without.outcomes]
    found = next(each for each in with_section.outcomes if each.rule == "user-mfa")
    assert found.names is None and not found.names_match
    assert str(found.names_note).startswith("the names are unknown: ") and reason in str(found.names_note)
    assert "canary" not in str(found.names_note)
    assert english_in(found.names_note or "") is None


def test_only_violations_have_names() -> None:
    found = judge(account({**MFA, "BindMfa": True, "RootWithAccessKey": 0}, USERS), POLICY)
    named = {each.rule for each in found.outcomes if each.names is not None or each.names_note}
    assert named == {"user-mfa"}


@pytest.mark.parametrize(
    ("names", "option", "shown"),
    [
        (None, None, "clear"),
        (False, None, None),
        ("hash", None, "hash"),
        ("clear", None, "clear"),
        ("clear", "hash", "hash"),
        (False, "clear", "clear"),
        ("hash", "clear", "clear"),
    ],
)
def test_the_option_and_the_policy_say_how_users_are_named(names: Any, option: Any, shown: str | None) -> None:
    policy = replace(POLICY, names=names, names_option=option)
    found = outcome("user-mfa", MFA, USERS, policy).names
    hashed = tuple(hash_name(ID, name) for name in ("a@x", "c@x"))
    assert found == {"clear": ("a@x", "c@x"), "hash": hashed, None: None}[shown]


def test_a_hash_is_stable_within_an_account() -> None:
    assert hash_name(ID, "a@x") == hash_name(ID, "a@x") != hash_name("2", "a@x")
    assert hash_name(ID, ROOT) == ROOT and len(hash_name(None, "\ud800")) == len("user-") + 12


def test_off_by_default() -> None:
    found = outcome("user-mfa", MFA, None)
    assert (found.names, found.names_note) == (None, None)
    asked = outcome("user-mfa", MFA, None, replace(POLICY, names="clear"))
    assert (asked.names, asked.names_note) == (None, "the names are unknown: CredentialReport was not read")


@pytest.mark.parametrize("planned", ["judge", "ignore"])
def test_names_prove_nothing_about_a_deployment_that_changes_users(planned: str) -> None:
    policy = policy_of({"user-mfa": {"minimum_ratio": 1.0, "planned": planned}})
    change = OtherChange("u", "alicloud_ram_user", "create")
    snapshot = replace(Snapshot.from_document(account(MFA, USERS)), moved=(change,))
    (judged,) = evaluate([snapshot], policy, NOW)
    found = next(each for each in judged.outcomes if each.rule == "user-mfa")
    assert (found.outcome, found.names, found.names_match) == ("fail", ("a@x", "c@x"), False)


TIMES: Final = st.sampled_from([None, OLD, RECENT, "2026-09-20T00:00:00Z", "2025-01-01T00:00:00Z"])
KEYS: Final = st.builds(key, TIMES, TIMES, active=st.booleans())
ROWS: Final = st.lists(st.tuples(st.sampled_from([True, False, None]), st.lists(KEYS, max_size=3)), max_size=6)


COUNTED: Final = {OLD_KEYS: "SubUserWithOldAccessKey", UNUSED: "SubUserWithUnusedAccessKey"}


@given(ROWS, st.integers(1, 800), st.sampled_from([*COUNTED]))
def test_whatever_the_limit_a_match_leaves_nobody_out(
    rows: list[tuple[bool | None, list[dict[str, Any]]]], days: int, rule: str
) -> None:
    """The API counts by a limit of its own, perhaps inactive keys too: a match must include everybody it counts."""
    users = [user(f"u{number}@x", *keys, mfa=mfa) for number, (mfa, keys) in enumerate(rows)]

    def is_counted(each: dict[str, Any], inactive: bool) -> bool:
        since = each["LastRotated"] if rule == OLD_KEYS else each["LastUsed"] or each["LastRotated"]
        age = parse_time(GENERATED) - parse_time(since) if since else timedelta.max
        return (each["Active"] or inactive) and age > timedelta(days=days)

    for inactive in (False, True):
        counted = {each["User"] for each in users if any(is_counted(k, inactive) for k in each["AccessKeys"])}
        if not counted:
            continue
        found = outcome(rule, {**counted_users(users), COUNTED[rule]: len(counted)}, report(*users))
        if found.names_match:
            assert counted <= {*(found.names or ()), *found.possible_names}


def test_a_rule_of_ones_own_that_cannot_name_users_changes_nothing() -> None:
    assert root_mfa.RULE.behind is not None
    behind = replace(root_mfa.RULE.behind, count=lambda _: 1 // 0)
    broken = replace(root_mfa.RULE, id="my-own", behind=behind)
    policy = replace(POLICY, all_rules=(broken,), rules={"my-own": {"level": "mandatory"}})
    (found,) = judge(account({"BindMfa": False}, USERS), policy).outcomes
    assert (found.outcome, found.names) == ("fail", None)
    assert found.names_note == "the names are unknown: the rule raised ZeroDivisionError"


IDLE: Final = policy_of({"idle-users": {"max_days": 90}})
PREFERENCE: Final = {"SecurityPreference": {"MaxIdleDays": {"MaxIdleDaysForUsers": 730}}}


def _logon(name: str, *when: str | None, mfa: bool | None = True) -> dict[str, Any]:
    return {**user(name, mfa=mfa), **({"LastLogon": when[0]} if when else {})}


def test_idle_users_are_named_where_they_may_stay_idle_for_long() -> None:
    """The value is no number of users, so the names explain nothing, and no waiver for a user is possible."""
    users = [_logon("old@x", OLD), _logon("new@x", RECENT), _logon("never@x", None), _logon("keys@x", None, mfa=None)]
    found = outcome("idle-users", {}, report(_logon(ROOT, None), *users), IDLE, **PREFERENCE)
    assert (found.outcome, found.names, found.possible_names) == ("fail", ("old@x", "never@x"), ())
    assert not found.names_match
    assert found.names_note is not None and found.names_note.endswith("or never; the value counts no users")
    unknown = outcome("idle-users", {}, report(_logon("a@x"), _logon("b@x", mfa=None)), IDLE, **PREFERENCE)
    assert (unknown.names, unknown.possible_names) == ((), ("a@x",))
    assert "1 more name may match: the report has no column user_last_logon" in (unknown.names_note or "")
