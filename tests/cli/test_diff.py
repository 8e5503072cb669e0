"""acctgate diff: what moved, stricter or looser, which outcomes flip, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from acctgate.reference import schemas
from tests.support.process import Done, run_here

GOOD: dict[str, Any] = {
    "version": 1,
    "account_id": "1111111111111111",
    "SecurityPreference": {
        "LoginProfilePreference": {
            "MFAOperationForLogin": "mandatory",
            "LoginSessionDuration": 6,
            "LoginNetworkMasks": "10.0.0.0/8",
        },
        "MFAPreference": {"AllowUserToManageMFADevices": True},
    },
    "AccountSecurityPracticeInfo": {"Score": 90},
}
POLICY = """
version: 1
rules:
  login-mfa: {require: mandatory}
  session-duration: {max_hours: 8}
  network-masks: {level: advisory, within: [10.0.0.0/8]}
  manage-mfa-devices: {level: advisory, allow: true}
  security-score: {minimum: 80}
"""


def changed(**login: Any) -> dict[str, Any]:
    """Return the compliant account with other logon settings; None removes one."""
    document: dict[str, Any] = json.loads(json.dumps(GOOD))
    profile = document["SecurityPreference"]["LoginProfilePreference"]
    profile.update(login)
    for name in [name for name, value in login.items() if value is None]:
        del profile[name]
    return document


class Files:
    """Writes files and runs `acctgate diff` on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("policy.yaml", POLICY)

    def write(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def run(self, *arguments: str) -> Done:
        done = run_here("diff", *arguments)
        assert "Traceback" not in done.stderr
        return done

    def snapshots(self, head: Any, *more: str) -> tuple[int, dict[str, Any]]:
        base, after = self.write("base.json", GOOD), self.write("head.json", head)
        done = self.run(base, after, "--policy", "policy.yaml", "--format", "json", *more)
        document: dict[str, Any] = json.loads(done.stdout)
        Draft202012Validator(schemas.schema("diff")).validate(document)
        return done.status, document


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    return Files(tmp_path)


def flips(document: dict[str, Any]) -> dict[str, str]:
    return {rule["rule"]: rule["flip"] for account in document["accounts"] for rule in account["rules"]}


@pytest.mark.parametrize(
    ("head", "code", "flipped", "directions"),
    [
        (GOOD, 0, {}, {}),
        (
            changed(MFAOperationForLogin="adaptive"),
            1,
            {"login-mfa": "newly-failing"},
            {"MFAOperationForLogin": "looser"},
        ),
        (changed(LoginSessionDuration=8), 0, {}, {"LoginSessionDuration": "looser"}),
        (changed(LoginSessionDuration=4), 0, {}, {"LoginSessionDuration": "stricter"}),
        (changed(LoginNetworkMasks=""), 0, {"network-masks": "newly-failing"}, {"LoginNetworkMasks": "looser"}),
        (changed(MFAOperationForLogin=None), 3, {"login-mfa": "newly-unknown"}, {"MFAOperationForLogin": "unknown"}),
        (
            changed(LoginSessionDuration="six"),
            3,
            {"session-duration": "newly-unknown"},
            {"LoginSessionDuration": "unknown"},
        ),
    ],
)
def test_two_snapshots(files: Files, head: Any, code: int, flipped: dict[str, str], directions: dict[str, str]) -> None:
    status, document = files.snapshots(head)
    assert status == code
    assert flips(document) == flipped
    moved = {
        change["setting"].rsplit(".", 1)[-1]: change["direction"] for change in document["accounts"][0]["settings"]
    }
    assert moved == directions


def test_repaired_and_still_failing(files: Files) -> None:
    base = files.write("weak.json", changed(MFAOperationForLogin="adaptive", LoginSessionDuration=24))
    head = files.write("better.json", changed(LoginSessionDuration=12))
    done = files.run(base, head, "--policy", "policy.yaml", "--format", "json")
    assert done.status == 0
    assert flips(json.loads(done.stdout)) == {"login-mfa": "repaired", "session-duration": "still-failing"}
    text = files.run(base, head, "--policy", "policy.yaml").stdout
    assert "repaired: login-mfa" in text
    assert "still failing: session-duration" in text
    assert "at most 8 hours" in text


def test_a_switch_moves_towards_or_away_from_what_the_policy_wants(files: Files) -> None:
    head = json.loads(json.dumps(GOOD))
    head["SecurityPreference"]["MFAPreference"]["AllowUserToManageMFADevices"] = False
    _, document = files.snapshots(head)
    assert [change["direction"] for change in document["accounts"][0]["settings"]] == ["looser"]


def test_accounts_are_paired_by_id_and_a_lost_one_is_not_provable(files: Files) -> None:
    other = {**changed(MFAOperationForLogin="adaptive"), "account_id": "2222222222222222"}
    base = files.write("base.ndjson", json.dumps(GOOD) + "\n" + json.dumps(other) + "\n")
    head = files.write("head.ndjson", json.dumps(other) + "\n")
    done = files.run(base, head, "--policy", "policy.yaml", "--format", "json")
    assert done.status == 3
    accounts = {account["account"]: account for account in json.loads(done.stdout)["accounts"]}
    assert accounts["2222222222222222"]["settings"] == []
    assert accounts["1111111111111111"]["after"] is None
    assert "newly unknown" in done.stderr
    assert files.run(head, base, "--policy", "policy.yaml").status == 0


@pytest.mark.parametrize(
    ("before", "after", "status", "found"),
    [
        (["a", "b"], ["b", "a"], 0, [("b", "pass", "pass"), ("a", "pass", "pass")]),
        (["a"], ["a", "b"], 0, [("a", "pass", "pass"), ("b", None, "pass")]),
        (["a", None], [None, "a"], 0, [(None, "pass", "pass"), ("a", "pass", "pass")]),
        ([None, None], [None], 3, [(None, None, "pass"), (None, "pass", None), (None, "pass", None)]),
        ([None], [None, None], 3, [(None, None, "pass"), (None, None, "pass"), (None, "pass", None)]),
    ],
    ids=["by alias", "a new one", "one without either", "which one is gone", "which one is new"],
)
def test_accounts_without_an_id_are_paired_by_alias_and_never_by_their_place(
    files: Files, before: list[str | None], after: list[str | None], status: int, found: list[tuple[str | None, ...]]
) -> None:
    """Of accounts that nothing tells apart, each is missing on the other side."""
    sides = [
        files.write(name, "\n".join(json.dumps({**GOOD, "account_id": None, "alias": each}) for each in aliases))
        for name, aliases in (("base.ndjson", before), ("head.ndjson", after))
    ]
    done = files.run(*sides, "--policy", "policy.yaml", "--format", "json")
    accounts = json.loads(done.stdout)["accounts"]
    assert [(each["alias"], each["before"], each["after"]) for each in accounts] == found
    assert done.status == status
    assert (status == 3) == ("accounts with neither ID nor alias cannot be paired" in done.stdout)


def test_two_reports_say_the_same_as_their_snapshots(files: Files) -> None:
    documents = {"base": GOOD, "head": changed(MFAOperationForLogin="adaptive", LoginNetworkMasks="10.0.0.0/7")}
    names = []
    for name, document in documents.items():
        snapshot = files.write(f"{name}.json", document)
        done = run_here("check", "--snapshot", snapshot, "--policy", "policy.yaml", "--format", "json")
        names.append(files.write(f"{name}-report.json", done.stdout))
    done = files.run(*names, "--format", "json")
    _, by_snapshots = files.snapshots(documents["head"])
    by_reports = json.loads(done.stdout)
    assert done.status == 1
    assert files.run(*names, "--account", GOOD["account_id"]).status == 1
    another = files.run(*names, "--account", "2222222222222222")
    assert another.status == 2 and "is not expected; --account is 2222222222222222" in another.stderr
    assert by_reports["kind"] == "reports"
    assert flips(by_reports) == flips(by_snapshots)
    assert [(c["setting"], c["direction"], c["note"]) for c in by_reports["accounts"][0]["settings"]] == [
        (c["setting"], c["direction"], c["note"]) for c in by_snapshots["accounts"][0]["settings"]
    ]


def test_a_plan_shows_what_it_would_make_of_the_account(files: Files) -> None:
    plan = {
        "steps": [
            {
                "op": "create",
                "urn": "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref",
                "newState": {
                    "type": "alicloud:ram/securityPreference:SecurityPreference",
                    "inputs": {"mfaOperationForLogin": "mandatory", "loginSessionDuration": 8},
                },
            }
        ]
    }
    base = files.write("base.json", changed(MFAOperationForLogin="adaptive"))
    done = files.run(base, "--plan", files.write("plan.json", plan), "--policy", "policy.yaml", "--format", "markdown")
    assert done.status == 0
    assert "**repaired**: login-mfa" in done.stdout
    assert "**newly failing**: network-masks" in done.stdout
    assert "this deploy itself clears the masks" in done.stdout


@pytest.mark.parametrize(
    ("rules", "direction", "note"),
    [
        ("session-duration: {max_hours: 9}", "looser", "max_hours 9 was 8"),
        ("session-duration: {max_hours: 4}", "stricter", "max_hours 4 was 8"),
        ("login-mfa: {require: adaptive}", "looser", "require adaptive was mandatory"),
        ("login-mfa: {level: advisory}", "looser", "level advisory was mandatory"),
        ("login-mfa: {level: disabled}", "looser", "level disabled was mandatory"),
        ("root-mfa: {}", "stricter", "level mandatory was disabled"),
        ("network-masks: {level: mandatory, within: [10.0.0.0/7]}", "mixed", "adds 16,777,216 addresses"),
        ("network-masks: {max_addresses: 65536}", "stricter", "max_addresses 65536 was nothing"),
        ("manage-mfa-devices: {allow: false}", "looser", "the opposite is asked for"),
        ("security-score: {minimum: 79}", "looser", "minimum 79 was 80"),
    ],
)
def test_two_policies(files: Files, rules: str, direction: str, note: str) -> None:
    head = files.write("head.yaml", f"version: 1\nextends: policy.yaml\nrules:\n  {rules}\n")
    done = files.run("policy.yaml", head, "--format", "json")
    [change] = json.loads(done.stdout)["policy"]
    assert change["direction"] == direction
    assert note in change["note"]
    assert done.status == (0 if direction == "stricter" else 1)
    assert files.run("policy.yaml", head, "--allow-loosening").status == 0


def test_a_new_waiver_loosens_and_its_end_tightens(files: Files) -> None:
    waiver = '{rule: login-mfa, account: "1", reason: r, owner: o, expires: 2999-01-01}'
    head = files.write("head.yaml", f"version: 1\nextends: policy.yaml\nwaivers: [{waiver}]\n")
    assert files.run("policy.yaml", head).status == 1
    assert "new waiver for 1 until 2999-01-01 by o" in " ".join(files.run("policy.yaml", head).stdout.split())
    assert files.run(head, "policy.yaml").status == 0
    expired = files.write(
        "expired.yaml", f"version: 1\nextends: policy.yaml\nwaivers: [{waiver.replace('2999', '2020')}]"
    )
    assert files.run("policy.yaml", expired).status == 0


def test_two_policies_on_accounts_show_which_flip(files: Files) -> None:
    head = files.write("head.yaml", "version: 1\nextends: policy.yaml\nrules:\n  session-duration: {max_hours: 4}\n")
    account = files.write("account.json", GOOD)
    done = files.run("policy.yaml", head, "--snapshot", account, "--format", "json")
    assert done.status == 1, "the stricter policy blocks an account that passed"
    assert flips(json.loads(done.stdout)) == {"session-duration": "newly-failing"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a.json",), "missing argument HEAD"),
        (("a.json", "policy.yaml"), "cannot compare a snapshot with a policy"),
        (("a.json", "missing.json"), "missing.json: no such file"),
        (("a.json", "broken.json", "--policy", "policy.yaml"), "broken.json"),
        (("policy.yaml", "bad.yaml"), "bad.yaml:2"),
        (("policy.yaml", "policy.yaml", "--plan", "a.json"), "--plan is only for snapshots"),
        (("a.json", "a.json", "--plan", "a.json", "--policy", "policy.yaml"), "contains no plan"),
        (("report.json", "report.json"), "not a report (version 1): version: should be 1"),
        (("report.json", "report.json", "--max-age", "1h"), "--max-age is only for snapshots"),
    ],
)
def test_bad_input_is_one_line(files: Files, arguments: tuple[str, ...], says: str) -> None:
    files.write("a.json", GOOD)
    files.write("broken.json", '{"version": 1')
    files.write("bad.yaml", "version: 1\nrules: {nope: }\n")
    files.write("report.json", '{"version": 2, "verdict": "pass", "accounts": []}')
    done = files.run(*arguments)
    assert done.status == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_hostile_text_cannot_break_out_of_markdown(files: Files) -> None:
    hostile = "10.0.0.0/8;|<img src=x onerror=alert(1)>`](http://evil)\n# x\n@everyone"
    base, head = files.write("base.json", GOOD), files.write("head.json", changed(LoginNetworkMasks=hostile))
    text = files.run(base, head, "--policy", "policy.yaml", "--format", "markdown").stdout
    assert "<img" not in text
    assert "\n# x" not in text
    [row] = [line for line in text.splitlines() if "LoginNetworkMasks" in line]
    assert row.replace("\\|", "").count("|") == 7
    assert "\\`" in row
    assert "\\@\u200beveryone" in row
