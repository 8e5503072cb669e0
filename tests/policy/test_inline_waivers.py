"""Waivers as comments in the program: which lines count, and that nothing else waives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from acctgate.diff import compare_policies
from acctgate.model.outcome import Place
from acctgate.policy import Policy
from acctgate.policy.inline_waivers import Comment, find_comments, inline_waivers
from tests.support import NOW, policy_of

GOOD: Final = "acctgate:waive session-duration reason=night shift owner=ops expires=2026-12-31"
TODAY: Final = NOW.date()
POLICY: Final = policy_of({"session-duration": {"max_hours": 4}, "account-identity": {}}, inline_waivers=True)


def comments(folder: Path, text: str, line: int, name: str = "main.py") -> list[str]:
    """Return the texts of the comments at a line."""
    (folder / name).write_text(text)
    return [each.text for each in find_comments({"pref": Place(name, line)}, folder)]


@pytest.mark.parametrize(
    ("name", "sign"), [("main.py", "#"), ("index.ts", "//"), ("main.go", "//"), ("App.java", "//"), ("main.tf", "#")]
)
def test_a_comment_directly_above_the_resource_is_found(tmp_path: Path, name: str, sign: str) -> None:
    text = f"{sign} Why.\n  {sign} {GOOD}\nresource\n"
    assert comments(tmp_path, text, 3, name) == [GOOD]
    other = {"#": "//", "//": "#"}[sign]
    assert comments(tmp_path, text.replace(sign, other), 3, name) == ([GOOD] if name == "main.tf" else [])


def test_other_comments_are_not_at_the_resource(tmp_path: Path) -> None:
    assert comments(tmp_path, f"# {GOOD}\n\nresource\n", 3) == []
    assert comments(tmp_path, f"resource\n# {GOOD}\n", 1) == []
    assert comments(tmp_path, f"note = 'a'  # {GOOD}\nresource\n", 2) == []
    assert comments(tmp_path, f"resource  # {GOOD}\n", 1) == [""], "reported, since it may stand in a string"


def test_nothing_outside_of_the_project_is_read(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "outside.py").write_text(f"# {GOOD}\nresource\n")
    (project / "link.py").symlink_to(tmp_path / "outside.py")
    (project / "folder").symlink_to(tmp_path)
    for file in ("../outside.py", str(tmp_path / "outside.py"), "link.py", "folder/outside.py", "missing.py", "."):
        assert find_comments({"pref": Place(file, 2)}, project) == ()
    (project / "large.py").write_text(f"# {GOOD}\nresource\n" + "#" * (1 << 20))
    assert find_comments({"pref": Place("large.py", 2)}, project) == ()
    assert find_comments({"pref": Place("large.py", 99)}, project) == ()


def waived(*texts: str, policy: Policy = POLICY, accounts: tuple[str | None, ...] = ("1",)) -> tuple[int, list[str]]:
    """Return how many waivers the comments are, and what is said of the others."""
    given = [Comment("pref", Place("main.py", number), text) for number, text in enumerate(texts, 1)]
    waivers, notices = inline_waivers(given, {"pref": set(accounts)}, policy, TODAY)
    assert all(notice.state == "refused" and notice.place for notice in notices)
    return len(waivers), [notice.located.removeprefix("main.py:1: the comment waives nothing: ") for notice in notices]


def test_a_waiver_is_for_the_account_of_the_resource() -> None:
    given = [Comment("pref", Place("main.py", 7), f'{GOOD} ticket="OPS 1"')]
    (waiver,), notices = inline_waivers(given, {"pref": {"1"}}, POLICY, TODAY)
    assert (waiver.rule, waiver.account, waiver.reason, waiver.owner, waiver.ticket) == (
        "session-duration",
        "1",
        "night shift",
        "ops",
        "OPS 1",
    )
    assert (waiver.expires, waiver.place, waiver.inline) == (date(2026, 12, 31), Place("main.py", 7), True)
    assert notices == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "write it on a line of its own"),
        ("acctgate:waive", "write acctgate:waive RULE reason="),
        ("acctgate:waived session-duration reason=a owner=b expires=2026-12-31", "write acctgate:waive RULE"),
        (GOOD.replace("session-duration", "sesion"), "unknown rule"),
        (GOOD.replace("session-duration", "account-identity"), "cannot be waived in a comment"),
        (GOOD.replace(" owner=ops", ""), "owner is missing"),
        (GOOD.replace("night shift", ""), "reason is missing"),
        (GOOD.replace("night shift", '" "'), "reason is missing"),
        (GOOD.replace(" expires=2026-12-31", ""), "expires is missing"),
        (GOOD.replace("2026-12-31", "never"), "invalid date"),
        (GOOD.replace("2026-12-31", "2026-02-30"), "invalid date"),
        (GOOD.replace("2026-12-31", "2028-12-31"), "at most 365 are allowed"),
        (f"{GOOD} owner=eve", "once each"),
        (f"{GOOD} account=2", "account: unknown key"),
        (GOOD.replace("night shift", 'night "shift'), "once each"),
        (GOOD.replace("night shift", f"a{' ' * 100_000}b"), "longer than 2,000 characters"),
    ],
)
def test_a_comment_that_is_not_exactly_one_waiver_waives_nothing(text: str, message: str) -> None:
    found, (said,) = waived(text)
    assert found == 0 and message in said


def test_the_policy_limits_comments_as_it_does_waivers() -> None:
    assert waived(GOOD) == (1, [])
    assert waived(GOOD, policy=replace(POLICY, max_waiver_days=30)) == (
        0,
        ["expires: 2026-12-31 is 39 days ahead; at most 30 are allowed"],
    )
    found, (said,) = waived(GOOD, policy=replace(POLICY, inline_waivers=False))
    assert found == 0 and "the policy does not allow waivers in comments" in said


def test_an_account_that_is_not_certain_gets_no_waiver() -> None:
    for accounts in ((), (None,), ("1", "2"), ("1", None)):
        found, (said,) = waived(GOOD, accounts=accounts)
        assert found == 0 and "account of the resource is unknown" in said
    assert waived(GOOD, GOOD)[0] == 0, "ambiguous"


def test_allowing_comments_is_looser() -> None:
    (change,) = compare_policies(replace(POLICY, inline_waivers=False), POLICY, TODAY)
    assert (change.rule, change.direction) == ("inline_waivers", "looser")
