"""account-identity: the accounts that a policy means, from its three sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acctgate.demo import DemoServer
from acctgate.policy import load_policy
from acctgate.policy.command_line import ACCOUNTS_VARIABLE, with_command_line
from acctgate.rules.account_identity import RULE
from tests.support.process import run_here

ONE, TWO = "1111111111111111", "2222222222222222"


def policy_file(folder: Path, text: str) -> Path:
    path = folder / "policy.yaml"
    path.write_text(f"version: 1\n{text}")
    return path


def test_the_accounts_are_listed_as_in_a_sentence() -> None:
    assert RULE.expected({"level": "mandatory", "accounts": ["1", "2", "3"]}) == "account 1, 2 or 3"


@pytest.mark.parametrize(
    ("text", "named", "meant"),
    [
        ("rules: {account-identity: }", "", None),
        (f"rules: {{account-identity: {{accounts: ['{ONE}', '{TWO}']}}}}", "", [ONE, TWO]),
        (f"rules: {{account-identity: }}\naccounts: {{'{ONE}': {{alias: prod}}}}", "", [ONE]),
        ("rules: {account-identity: }", f"{TWO} {ONE}", [ONE, TWO]),
        (f"rules: {{account-identity: {{accounts: ['{ONE}', '{TWO}']}}}}", TWO, [TWO]),
        (f"rules: {{account-identity: {{accounts: ['{ONE}']}}}}", TWO, []),
        (f"rules: {{account-identity: {{level: disabled}}}}\naccounts: {{'{ONE}': {{alias: prod}}}}", "", None),
        (f"rules: {{account-identity: {{level: disabled}}}}\naccounts: {{'{ONE}': {{alias: prod}}}}", TWO, [TWO]),
    ],
)
def test_an_account_must_be_in_every_list_that_is_given(
    tmp_path: Path, text: str, named: str, meant: list[str] | None
) -> None:
    policy = with_command_line(load_policy(policy_file(tmp_path, text)), {ACCOUNTS_VARIABLE: named})
    entry: Any = policy.entry("account-identity")
    assert entry.get("accounts") == meant


def check(
    folder: Path, document: dict[str, Any], *arguments: str, rules: str = "{account-identity: }"
) -> tuple[int, str, str]:
    """Return the exit status, and the outcome and the message of account-identity."""
    (folder / "s.json").write_text(json.dumps({"version": 1, **document}))
    policy = policy_file(folder, f"rules: {rules}")
    done = run_here("check", "--snapshot", folder / "s.json", "--policy", policy, "--format", "json", *arguments)
    [account] = json.loads(done.stdout)["accounts"]
    [found] = [each for each in account["outcomes"] if each["rule"] == "account-identity"]
    return done.status, found["outcome"], found["message"]


WAIVER = "\nwaivers: [{rule: account-identity, reason: r, owner: o, expires: 2099-01-01}]"


def test_nothing_makes_up_for_another_account_than_the_option_names(tmp_path: Path) -> None:
    rules, named = "{account-identity: {severity: low}}", ("--account", ONE)
    for words in ((), ("--fail-on", "critical")):
        assert check(tmp_path, {"account_id": TWO}, *words, *named, rules=rules)[:2] == (1, "fail")
    status, outcome, message = check(tmp_path, {"account_id": TWO}, *named, rules=rules + WAIVER)
    assert (status, outcome) == (1, "fail")
    assert message == f"account {TWO} is not expected; the waiver by o does not apply: --account names other accounts"
    own = f"{{account-identity: {{accounts: ['{ONE}']}}}}{WAIVER}"
    for words in ((), ("--account", TWO)):
        assert check(tmp_path, {"account_id": TWO}, *words, rules=own)[:2] == (0, "waived")


def test_a_baseline_excuses_no_other_account(tmp_path: Path) -> None:
    """A verdict on another account proves nothing, however long it is judged."""
    rules = f"{{account-identity: {{accounts: ['{ONE}']}}}}"
    base = tmp_path / "base.json"
    base.write_text(json.dumps({"version": 1, "account_id": TWO}))
    assert check(tmp_path, {"account_id": TWO}, "--baseline", str(base), rules=rules)[:2] == (1, "fail")


@pytest.mark.parametrize("level", ["advisory", "disabled", ""])
def test_the_option_makes_the_rule_mandatory(tmp_path: Path, level: str) -> None:
    """The verdict on another account would be a pass that nobody asked for."""
    identity = f"account-identity: {{level: {level}}}, " if level else ""
    rules = f"{{{identity}security-score: {{minimum: 60}}}}"
    document = {"account_id": ONE, "AccountSecurityPracticeInfo": {"Score": 90}}
    assert check(tmp_path, document, rules=rules)[0] == 0
    assert check(tmp_path, document, "--account", ONE, rules=rules)[:2] == (0, "pass")
    assert check(tmp_path, document, "--account", TWO, rules=rules)[:2] == (1, "fail")


def test_the_option_names_the_accounts_that_are_meant(tmp_path: Path) -> None:
    named = {"account_id": ONE}
    assert check(tmp_path, named)[:2] == (0, "pass")
    assert check(tmp_path, named, "--account", ONE)[:2] == (0, "pass")
    assert check(tmp_path, named, "--account", TWO, "--account", ONE)[:2] == (0, "pass")
    assert check(tmp_path, named, "--account", TWO) == (1, "fail", f"account {ONE} is not expected")
    assert check(tmp_path, {})[:2] == (0, "skipped")
    assert check(tmp_path, {}, "--account", ONE) == (3, "unknown", "unknown: the account has no id")


@pytest.mark.parametrize("command", ["check", "preview", "fix", "diff"])
def test_an_empty_option_is_an_error(command: str) -> None:
    done = run_here(command, "--account", "")
    assert done.status == 2
    assert "--account is empty" in done.stderr


def test_a_live_account_that_does_not_say_who_it_is_is_unknown() -> None:
    with DemoServer() as server:
        server.account.comply()
        server.denied.add("GetCallerIdentity")
        done = run_here("check", "--policy", "strict", environment=server.environment)
    assert done.status == 3
    assert "account-identity: GetCallerIdentity failed with NoPermission" in done.stderr
