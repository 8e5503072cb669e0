"""Waivers for one user: they waive a violation only if the waived users are provably all that it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acctgate.evaluate.pipeline import evaluate
from acctgate.language import in_language
from acctgate.model.credential_report import ROOT, hash_name
from acctgate.model.outcome import Outcome
from acctgate.model.snapshot import Snapshot
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.policy import Policy, PolicyError
from acctgate.policy.waiver import Waiver
from tests.support import NOW, policy_of, written_policy
from tests.support.credentials import OLD, account, key, report, user

ID: Final = "1234567890123456"
LAST: Final = NOW.date() + timedelta(days=100)
MFA: Final = {"SubUserBindMfa": 1, "SubUser": 3}
USERS: Final = report(user("ada@x", mfa=False), user("bob@x", mfa=False), user("eve@x"))
POLICY: Final = policy_of({"user-mfa": {"minimum_ratio": 1.0}})


def waiver(name: str | None, rule: str = "user-mfa", **more: Any) -> Waiver:
    """Return a waiver for a user, or for the whole finding."""
    given = {"reason": "on order", "owner": "ops", "expires": LAST, "user": name, **more}
    return Waiver(rule, **given)


def judged(
    waivers: Sequence[Waiver],
    info: Mapping[str, Any] = MFA,
    section: Mapping[str, Any] | None = USERS,
    policy: Policy = POLICY,
    **more: Any,
) -> tuple[Outcome, tuple[WaiverNotice, ...]]:
    """Return the outcome of the only rule, and the notices about waivers."""
    wanted = replace(policy, waivers=tuple(waivers))
    evaluation = evaluate([Snapshot.from_document(account(info, section, **more))], wanted, NOW)
    (found,) = [each for judged in evaluation for each in judged.outcomes if each.level != "disabled"]
    return found, evaluation.notices()


BOTH: Final = (
    waiver("ada@x", owner="ann", ticket="OPS-1"),
    waiver("bob@x", reason="leaves", expires=LAST - timedelta(9)),
)


@pytest.mark.parametrize(
    ("more", "scope"),
    [
        ({}, "所有账号，仅一个用户"),
        ({"account": ID}, f"{ID}，仅一个用户"),
        ({"name": None, "group": "prod"}, "所有账号，分组 prod"),
        ({"account": ID, "group": "prod", "stack": "web/prod"}, f"{ID}，仅一个用户，分组 prod，堆栈 web/prod"),
    ],
    ids=["user", "account", "group", "all"],
)
def test_what_a_waiver_covers_in_chinese(more: dict[str, Any], scope: str) -> None:
    given = {"name": "ada@x", **more}
    assert in_language(waiver(**given).scope, "zh") == scope


def test_a_violation_is_waived_once_everybody_is() -> None:
    found, notices = judged(BOTH)
    assert (found.outcome, found.names) == ("waived", ("ada@x", "bob@x"))
    assert notices == ()
    note = found.waiver
    assert note is not None
    assert (note.reason, note.owner, note.ticket) == ("on order; leaves", "ann, ops", "OPS-1")
    assert note.expires == (LAST - timedelta(9)).isoformat(), "the first that ends"
    assert "@x" not in found.message


@pytest.mark.parametrize("names", ["clear", "hash"])
@pytest.mark.parametrize("form", ["clear", "hash"])
def test_names_and_waivers_may_be_hashed(names: Any, form: str) -> None:
    given = [each if form == "clear" else hash_name(ID, each) for each in ("ada@x", "bob@x")]
    assert judged([*map(waiver, given)], policy=replace(POLICY, names=names))[0].outcome == "waived"
    other = [hash_name("2", each) for each in ("ada@x", "bob@x")]
    assert judged([*map(waiver, other)], policy=replace(POLICY, names=names))[0].outcome == "fail"


FEW: Final = "they cover 1 of the 2 users who are or may be behind the finding"
DENIED: Final = {"CredentialReport": {"code": "NoPermission", "message": "no"}}
UNPROVEN: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "only one of two": ({"waivers": BOTH[:1]}, FEW),
    "another rule's": ({"waivers": [BOTH[0], waiver("bob@x", rule="root-mfa")]}, FEW),
    "another account's": ({"waivers": [BOTH[0], waiver("bob@x", account="2")]}, FEW),
    "one has expired": ({"waivers": [BOTH[0], waiver("bob@x", expires=NOW.date() - timedelta(1))]}, FEW),
    "a part of a name": ({"waivers": [BOTH[0], waiver("bob")]}, FEW),
    "another case": ({"waivers": [BOTH[0], waiver("BOB@x")]}, FEW),
    "one more is counted": ({"info": {**MFA, "SubUser": 4}}, "names 2 users, the practice report counts 3"),
    "one fewer is counted": ({"info": {**MFA, "SubUser": 2}}, "names 2 users, the practice report counts 1"),
    "another user is counted": (
        {"info": {"SubUserBindMfa": 2, "SubUser": 4}},
        "has 3 RAM users, the practice report 4",
    ),
    "no report": ({"section": None}, "names are off; use --names, or set names in the policy"),
    "names are switched off": ({"policy": replace(POLICY, names=False)}, "names are off"),
    "denied": (
        {"section": None, "errors": DENIED},
        "the names are unknown: GetCredentialReport failed",
    ),
    "an old report": ({"section": {**USERS, "GeneratedTime": OLD}}, "old when the account was read"),
    "a report of no age": ({"taken_at": None}, "it is not known how old"),
    "a broken report": ({"section": report(user("ada@x", mfa=False), user("ada@x"))}, "Users names a user twice"),
}


@pytest.mark.parametrize("name", UNPROVEN)
def test_what_is_not_proven_stays_a_violation(name: str) -> None:
    given, reason = UNPROVEN[name]
    found, notices = judged(**{"waivers": BOTH, **given})
    assert found.outcome == "fail" and found.waiver is None
    assert "; waivers for users do not apply: " in found.message and reason in found.message
    shown = [notice for notice in notices if notice.state == "unproven"]
    assert shown and all("does not apply: " in notice.message and reason in notice.message for notice in shown)
    assert not any("@x" in text for text in (found.message, *(notice.message for notice in notices)))


def test_who_may_be_counted_must_be_waived_too() -> None:
    policy = policy_of({"old-access-keys": {"maximum": 0}})
    section = report(user("ada@x", key(OLD)), user("bob@x", key(OLD, active=False)))
    ada, bob = (waiver(name, "old-access-keys") for name in ("ada@x", "bob@x"))
    info = {"SubUserWithOldAccessKey": 1, "SubUser": 2}
    given: dict[str, Any] = {"info": info, "section": section, "policy": policy}
    assert judged([ada], **given)[0].outcome == "fail"
    assert judged([ada, bob], **given)[0].outcome == "waived"
    assert judged([bob], **given)[0].outcome == "fail"


def test_a_count_within_its_limit_is_still_named_by_all() -> None:
    """A waiver for one of three users does not make two of them pass."""
    policy = policy_of({"old-access-keys": {"maximum": 2}})
    section = report(*(user(name, key(OLD)) for name in ("a@x", "b@x", "c@x")))
    info = {"SubUserWithOldAccessKey": 3, "SubUser": 3}
    given: dict[str, Any] = {"info": info, "section": section, "policy": policy}
    waivers = [waiver(name, "old-access-keys") for name in ("a@x", "b@x", "c@x")]
    assert [judged(waivers[:number], **given)[0].outcome for number in range(4)] == ["fail", "fail", "fail", "waived"]


def test_root_can_be_named() -> None:
    policy = policy_of({"root-access-keys": {"maximum": 0}})
    section = report(user(ROOT, key(), key()))
    given: dict[str, Any] = {"section": section, "policy": policy}
    one = waiver(ROOT, "root-access-keys")
    assert judged([one], info={"RootWithAccessKey": 2}, **given)[0].outcome == "waived"
    assert judged([one], info={"RootWithAccessKey": 3}, **given)[0].outcome == "fail"


def test_an_unknown_outcome_is_not_waived_for_users() -> None:
    found, notices = judged(BOTH, info={"SubUserBindMfa": 5, "SubUser": 3})
    assert found.outcome == "unknown" and "the finding is unknown" in found.message
    assert {notice.state for notice in notices} == {"unproven"}


def test_a_waiver_for_the_whole_finding_needs_no_names() -> None:
    found, notices = judged([*BOTH, waiver(None)], section=None)
    assert found.outcome == "waived" and found.waiver is not None and found.waiver.reason == "on order"
    assert notices == ()


def test_a_waiver_for_somebody_else_is_unused() -> None:
    found, notices = judged([*BOTH, waiver("eve@x")])
    assert found.outcome == "waived"
    assert [notice.state for notice in notices] == ["unused"]
    assert "for one user of every account by ops" in notices[0].message


def test_expired_waivers_say_so() -> None:
    found, notices = judged([replace(each, expires=date(2026, 1, 1)) for each in BOTH])
    assert found.outcome == "fail" and "the waiver by ann expired on 2026-01-01" in found.message
    assert [notice.state for notice in notices] == ["expired", "expired"]


@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.integers(0, 6),
    st.integers(6, 7),
)
def test_never_waived_without_proof(without: list[str], waived: list[str], count: int, users: int) -> None:
    section = report(*(user(f"{name}@x", mfa=name not in without) for name in "abcdef"))
    info = {"SubUserBindMfa": users - count, "SubUser": users}
    found, _ = judged([waiver(f"{name}@x") for name in waived], info=info, section=section)
    if found.outcome == "waived":
        assert count == len(without) > 0 and set(without) <= set(waived) and users == 6
    else:
        assert found.outcome == ("fail" if count else "pass")


HEAD: Final = "version: 1\nrules: {user-mfa: {minimum_ratio: 1}, login-mfa: {require: adaptive}}\nwaivers:\n"


def test_a_policy_file_names_users(tmp_path: Any) -> None:
    line = "  - {rule: user-mfa, user: ada@x, reason: r, owner: o, expires: 2027-01-31}\n"
    (found,) = written_policy(tmp_path / "p.yaml", HEAD + line).waivers
    assert found.user == "ada@x"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "rule: login-mfa, user: ada@x",
            "waivers[0].user: login-mfa counts no users; leave user out, or waive one of",
        ),
        ("rule: user-mfa, user: ' '", "waivers[0].user: should not be blank"),
        ("rule: user-mfa, user: 5", "waivers[0].user: should be a valid string, found 5"),
    ],
)
def test_a_user_that_is_none_is_an_error(tmp_path: Any, entry: str, message: str) -> None:
    line = f"  - {{{entry}, reason: r, owner: o, expires: 2027-01-31}}\n"
    with pytest.raises(PolicyError) as error:
        written_policy(tmp_path / "p.yaml", HEAD + line)
    assert message in str(error.value)


@pytest.mark.parametrize(("text", "names"), [("hash", "hash"), ("clear", "clear"), ("false", False)])
def test_a_policy_switches_names(tmp_path: Any, text: str, names: Any) -> None:
    assert written_policy(tmp_path / "p.yaml", f"version: 1\nextends: strict\nnames: {text}\n").names == names
    with pytest.raises(PolicyError, match="names: should be 'clear', 'hash' or False"):
        written_policy(tmp_path / "p.yaml", "version: 1\nextends: strict\nnames: true\n")
