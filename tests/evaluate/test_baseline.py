"""--baseline: only what is new blocks; what is old is shown, and the baseline says when it can shrink."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

POLICY = "version: 1\nrules:\n  session-duration: {max_hours: 8}\n  login-mfa: {require: mandatory}\n"


def account(hours: Any, mode: str, account_id: str | None = "1111111111111111") -> dict[str, Any]:
    """A snapshot with two settings."""
    login = {"LoginSessionDuration": hours, "MFAOperationForLogin": mode}
    return {"version": 1, "account_id": account_id, "SecurityPreference": {"LoginProfilePreference": login}}


class Checker:
    """Runs `acctgate check` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "policy.yaml").write_text(POLICY)

    def __call__(self, snapshot: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
        (self.folder / "now.json").write_text(json.dumps(snapshot))
        command = [sys.executable, "-m", "acctgate", "check", "--snapshot", "now.json", "--policy", "policy.yaml"]
        return subprocess.run(
            [*command, "--format", "json", *arguments], capture_output=True, text=True, cwd=self.folder, check=False
        )

    def write_baseline(self, snapshot: dict[str, Any]) -> None:
        (self.folder / "base.json").write_text(self(snapshot).stdout)


@pytest.fixture
def check(tmp_path: Path) -> Checker:
    return Checker(tmp_path)


def results(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    [found] = json.loads(done.stdout)["accounts"]
    return {o["rule"]: o["outcome"] for o in found["outcomes"] if o["level"] != "disabled"}


@pytest.mark.parametrize(
    ("before", "after", "code", "told"),
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
)  # fmt: skip
def test_only_what_is_new_blocks(check: Checker, before: Any, after: Any, code: int, told: dict[str, str]) -> None:
    check.write_baseline(before)
    done = check(after, "--baseline", "base.json")
    assert done.returncode == code, done.stderr
    assert results(done) == told


def test_a_report_made_with_a_baseline_is_one(check: Checker) -> None:
    check.write_baseline(account(24, "mandatory"))
    again = check(account(24, "mandatory"), "--baseline", "base.json").stdout
    (check.folder / "base.json").write_text(again)
    [waived] = [o for o in json.loads(again)["accounts"][0]["outcomes"] if o["outcome"] == "waived"]
    assert waived["waiver"] == {
        "reason": "already in base.json", "owner": "baseline", "expires": "", "outcome": "fail",
    }  # fmt: skip
    assert check(account(24, "mandatory"), "--baseline", "base.json").returncode == 0
    assert check(account("?", "mandatory"), "--baseline", "base.json").returncode == 3


@pytest.mark.parametrize(("hours", "code"), [(20, 0), (24, 0), (12, 0), (22, 0)])
def test_what_is_as_bad_or_better_is_known(check: Checker, hours: int, code: int) -> None:
    check.write_baseline(account(24, "mandatory"))
    assert check(account(hours, "mandatory"), "--baseline", "base.json").returncode == code


def test_what_is_worse_than_in_the_baseline_blocks(check: Checker) -> None:
    check.write_baseline(account(12, "mandatory"))
    done = check(account(13, "mandatory"), "--baseline", "base.json")
    assert done.returncode == 1 and "(worse than in the baseline)" in done.stdout
    (check.folder / "policy.yaml").write_text("version: 1\nrules: {network-masks: {within: [10.0.0.0/8]}}\n")
    one = account(6, "mandatory")
    one["SecurityPreference"]["LoginProfilePreference"]["LoginNetworkMasks"] = "10.0.0.0/8;198.51.100.7"
    check.write_baseline(one)
    assert check(one, "--baseline", "base.json").returncode == 0
    one["SecurityPreference"]["LoginProfilePreference"]["LoginNetworkMasks"] = ""
    assert check(one, "--baseline", "base.json").returncode == 1, "every network is worse than one too many"


def test_what_a_waiver_excuses_is_not_in_the_baseline(check: Checker) -> None:
    waiver = "waivers: [{rule: session-duration, reason: r, owner: o, expires: 2099-01-01}]\n"
    (check.folder / "policy.yaml").write_text(POLICY + waiver)
    check.write_baseline(account(24, "mandatory"))
    (check.folder / "policy.yaml").write_text(POLICY)
    assert check(account(24, "mandatory"), "--baseline", "base.json").returncode == 1


def test_a_baseline_says_when_it_can_shrink(check: Checker) -> None:
    check.write_baseline(account(24, "adaptive"))
    done = check(account(6, "adaptive"), "--baseline", "base.json")
    assert done.returncode == 0
    assert "base.json can shrink: session-duration of account 1111111111111111 no longer occurs" in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2, "verdict": "pass", "accounts": [], "counts": {}}'])
def test_a_baseline_that_is_none_is_one_line(check: Checker, text: str) -> None:
    (check.folder / "base.json").write_text(text)
    done = check(account(24, "mandatory"), "--baseline", "base.json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("acctgate: base.json")
    assert len(done.stderr.splitlines()) == 1
