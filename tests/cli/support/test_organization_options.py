"""Many accounts on the command line: check, snapshot and merge of the demo organization."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from acctgate.cli.support.organization_options import read_each
from acctgate.demo import DemoOrganization, DemoServer
from acctgate.demo.account import ACCOUNT_ID
from acctgate.model.run import Entry
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import unread
from acctgate.organization.read_many import ReadAccount
from tests.support import NOW
from tests.support.demo import demo_server
from tests.support.process import Done, run_here


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve an organization of 15 members, of which one cannot be read."""
    with demo_server(monkeypatch, organization=DemoOrganization(15)) as running:
        yield running


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Write a policy of two rules, which need no optional section."""
    (path := tmp_path / "policy.yaml").write_text("version: 1\nrules: {root-mfa: {}, login-mfa: {require: adaptive}}\n")
    return path


def _snapshot(folder: Path, *options: str | Path, name: str = "a.ndjson") -> Done:
    return run_here("snapshot", "--organization", "--output", folder / name, *options, cwd=folder)


def _lines(path: Path) -> dict[str, dict[str, Any]]:
    documents = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({each["account_id"] for each in documents}) == len(documents)
    return {each["account_id"]: each for each in documents}


def _unreadable(server: DemoServer) -> str:
    """Return the ID of the one member that cannot be read at all."""
    organization = server.organization
    assert organization is not None
    members = [organization.member(each) for each in organization.member_ids()]
    [found] = [each.account_id for each in members if each and (each.suspended or not each.has_role or not each.trusts)]
    return found


def test_every_account_has_a_line(server: DemoServer, tmp_path: Path) -> None:
    lost = _unreadable(server)
    done = _snapshot(tmp_path, "--concurrency", "8")
    assert (done.status, done.stdout) == (3, "")
    first, second, *_ = done.stderr.splitlines()
    assert first == f"acctgate: 16 accounts in the directory rd-Demo01, 16 selected, 15 read, 1 not read: {lost}"
    assert second.startswith(f"acctgate: account {lost} cannot be read: AssumeRole failed with")
    documents = _lines(tmp_path / "a.ndjson")
    assert {*documents} == {ACCOUNT_ID, *server.organization.member_ids()}  # type: ignore[union-attr]
    assert {name for name, each in documents.items() if "identity" in each.get("errors", {})} == {lost}


def test_check_reads_and_judges(server: DemoServer, tmp_path: Path, policy: Path) -> None:
    lost = _unreadable(server)
    formats = ("--format", "text", "--format", f"json={tmp_path / 'r.json'}")
    done = run_here("check", "--organization", "--policy", policy, *formats)
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["organization"] == {
        "directory": "rd-Demo01",
        "accounts": 16,
        "read": 15,
        "not_read": [lost],
        "in_directory": 16,
    }
    accounts = {each["account"]: each for each in report["accounts"]}
    assert len(accounts) == len(report["accounts"]) == 16
    [unread] = [each for each in report["accounts"] if each.get("not_read")]
    assert (unread["account"], unread["verdict"]) == (lost, "unknown")
    assert {each["outcome"] for each in unread["outcomes"] if each["level"] != "disabled"} <= {"unknown", "skipped"}
    assert f"16 selected, 15 read, 1 not read: {lost}" in done.stdout
    assert done.status == (1 if report["verdict"] == "fail" else 3)


def test_with_an_account_group_rules_are_read_where_they_are_violated(server: DemoServer, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "version: 1\nrules: {compliance-rules: {max_high: 0, max_medium: 0, max_low: 0}}\n"
    )
    arguments = ("check", "--organization", "--policy", tmp_path / "p.yaml", "--format", "json")
    results, calls = [], []
    for more in ((), ("--aggregator", "ca-demo")):
        before = server.calls["GetConfigRuleComplianceByPack"]
        report = json.loads(run_here(*arguments, *more).stdout)
        found = {each["account"]: each["outcomes"] for each in report["accounts"]}
        results.append({account: [each["outcome"] for each in outcomes] for account, outcomes in found.items()})
        calls.append(server.calls["GetConfigRuleComplianceByPack"] - before)
    assert results[0] == results[1]
    assert calls[1] < calls[0] and server.calls["GetAggregateAccountComplianceByPack"] == 1
    assert "the account complies with 1 pack, by the account group" in json.dumps(report)
    server.denied.add("GetAggregateAccountComplianceByPack")
    denied = run_here(*arguments, "--aggregator", "ca-demo")
    assert denied.status == 2
    assert "the account group ca-demo cannot be read: GetAggregateAccountComplianceByPack failed with" in denied.stderr


def test_an_account_that_is_not_read_is_not_passed(server: DemoServer, policy: Path) -> None:
    lost = _unreadable(server)
    done = run_here("check", "--organization", "--include", f"id={lost}", "--policy", policy, "--format", "json")
    report = json.loads(done.stdout)
    assert (done.status, report["verdict"]) == (3, "unknown")
    outcomes = {each["rule"]: each["outcome"] for each in report["accounts"][0]["outcomes"]}
    assert outcomes["root-mfa"] == outcomes["login-mfa"] == "unknown"
    assert f"1 selected, 0 read, 1 not read: {lost}" in done.stderr


def test_a_baseline_does_not_excuse_an_account_that_is_not_read(
    server: DemoServer, policy: Path, tmp_path: Path
) -> None:
    arguments = ("check", "--organization", "--include", f"id={_unreadable(server)}", "--policy", policy)
    run_here(*arguments, "--format", "json", "--output", tmp_path / "before.json")
    assert run_here(*arguments, "--baseline", tmp_path / "before.json").status == 3


def test_runs_in_a_folder_are_named_by_time_and_make_a_history(
    server: DemoServer, tmp_path: Path, policy: Path
) -> None:
    history = tmp_path / "history"
    history.mkdir()
    assert _snapshot(history, name="").status == 3
    [first] = history.glob("*.ndjson")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z-accounts\.ndjson", first.name)
    first = first.rename(history / "2026-01-02T030405Z-accounts.ndjson")
    [record] = history.glob("*.run.json")
    record = record.rename(history / f"{first.name}.run.json")
    whole, lines = first.read_bytes(), first.read_bytes().splitlines(keepends=True)
    first.write_bytes(b"".join(lines[:5]))
    text = re.sub(r'"size": \d+', '"size": null', record.read_text())
    record.write_text(re.sub(r'"started_at": "[^"]+"', '"started_at": "2026-01-02T03:04:05Z"', text))
    assert _snapshot(history, "--resume", name="").status == 3
    assert {*first.read_bytes().splitlines()} >= {*map(bytes.strip, lines[:5])}
    assert [*_lines(first)] != [] and _lines(first).keys() == {json.loads(line)["account_id"] for line in lines}
    assert len([*history.iterdir()]) == 2, "the interrupted run was continued"
    assert _snapshot(history, "--resume", "--shard", "1/2", name="").status in (0, 3)
    assert _snapshot(history, "--resume", name="").status == 3
    names = sorted(path.name.partition("Z-")[2] for path in history.glob("*.ndjson"))
    assert names == ["accounts-1of2.ndjson", "accounts.ndjson", "accounts.ndjson"], "that run is complete"
    first.write_bytes(whole.replace(b'"taken_at": "20', b'"taken_at": "19'))
    done = run_here("check", "--snapshot", first, "--history", history, "--policy", policy, "--format", "json")
    assert len(json.loads(done.stdout)["days"]) == 2


def test_an_interrupted_run_does_not_pass_and_is_resumed(server: DemoServer, tmp_path: Path, policy: Path) -> None:
    _snapshot(tmp_path)
    path = tmp_path / "a.ndjson"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    read = len(path.read_bytes().splitlines()) - 1
    check = ("check", "--snapshot", path, "--policy", policy)
    report = json.loads(run_here(*check, "--format", "json").stdout)
    assert len(report["accounts"]) == 16
    assert report["organization"]["accounts"] == 16
    missing = [each for each in report["accounts"] if "the run has not read the account" in each.get("not_read", "")]
    assert len(missing) == 16 - read
    assert {each["verdict"] for each in missing} == {"unknown"}
    server.calls.clear()
    assert _snapshot(tmp_path, "--resume").status == 3
    assert server.calls["GetSecurityPreference"] <= 16 - read
    assert _lines(path).keys() == {json.loads(line)["account_id"] for line in whole.splitlines()}
    report = json.loads(run_here(*check, "--format", "json").stdout)
    assert not any("the run has not read" in each.get("not_read", "") for each in report["accounts"])


def test_ctrl_c_says_what_is_still_to_be_read(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any) -> Iterator[Snapshot]:
        yield from islice(read_each(*arguments), 3)
        raise KeyboardInterrupt

    monkeypatch.setattr("acctgate.cli.snapshot.read_each", interrupted)
    done = _snapshot(tmp_path)
    assert done.status == 2
    assert re.search(r"16 selected, [23] read, 1[34] not read: ", done.stderr)
    assert re.search(r"account \d+ is still to be read \(and 12 more\); continue with --resume", done.stderr)
    assert done.stderr.splitlines()[-1] == "acctgate: interrupted"
    assert len(_lines(tmp_path / "a.ndjson")) == 3


def test_a_run_is_resumed_though_a_selected_account_has_left(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, *others = [_unreadable(server), *islice(server.organization.member_ids(), 5)]  # type: ignore[union-attr]
    gone = next(each for each in others if each != lost)
    options = ("--exclude", f"id={lost}", "--include", f"id={gone}", "--include", f"id={ACCOUNT_ID}", "--resume")

    def interrupted(*arguments: Any) -> Iterator[Snapshot]:
        yield from islice(read_each(*arguments), 1)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("acctgate.cli.snapshot.read_each", interrupted)
        assert _snapshot(tmp_path, *options).status == 2
    for each in (lost, gone):
        server.organization.remove(each)  # type: ignore[union-attr]
    done = _snapshot(tmp_path, *options)
    assert "matches no account" not in done.stderr
    assert _lines(tmp_path / "a.ndjson").keys() == {ACCOUNT_ID, gone}
    other = _snapshot(tmp_path, *options, name="b.ndjson")
    assert (other.status, f"--include id={gone} matches no account" in other.stderr) == (2, True), "a run that begins"


def test_an_outage_is_named_and_resume_reads_what_it_left(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = _unreadable(server)
    others = [each for each in server.organization.member_ids() if each != lost]  # type: ignore[union-attr]

    def fail(prepared: Any, entries: Any, shown: Any) -> Iterator[Snapshot]:
        yield from read_each(prepared, [each for each in entries if each.id not in others[:3]], shown)
        for each in entries:
            if each.id in others[:3]:
                yield unread(each, NOW, {"code": "NoAnswer", "message": "cannot connect", "operation": "AssumeRole"})

    (tmp_path / "history").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr("acctgate.cli.snapshot.read_each", fail)
        done = _snapshot(tmp_path)
        into_folder = _snapshot(tmp_path / "history", name="")
    assert re.search(r"; continue with --resume --output \S+/history/20\S+Z-accounts\.ndjson\n$", into_folder.stderr)
    assert "16 selected, 12 read, 4 not read" in done.stderr
    assert re.search(rf"account {lost} cannot be read: AssumeRole failed with", done.stderr)
    text = "failed for a reason that may pass: AssumeRole failed with NoAnswer: cannot connect (and 2 more)"
    assert done.stderr.splitlines()[-1] == f"acctgate: account {others[0]} {text}; continue with --resume"
    server.calls.clear()
    done = _snapshot(tmp_path, "--resume")
    assert "16 selected, 15 read, 1 not read" in done.stderr and "may pass" not in done.stderr
    assert server.calls["AssumeRole"] == 3, "no account is read twice"
    assert len(_lines(tmp_path / "a.ndjson")) == 16


def test_a_complete_output_is_judged_as_it_is(server: DemoServer, tmp_path: Path, policy: Path) -> None:
    _snapshot(tmp_path)
    for jobs in ("1", "2"):
        done = run_here("check", "--snapshot", tmp_path / "a.ndjson", "--policy", policy, "--jobs", jobs)
        assert "16 accounts in the directory rd-Demo01, 16 selected, 15 read" in done.stdout
    (tmp_path / "a.ndjson.run.json").write_text("{}")
    done = run_here("check", "--snapshot", tmp_path / "a.ndjson", "--policy", policy)
    assert (done.status, "not the record of a run" in done.stderr) == (2, True)


def test_credentials_in_use_are_not_recorded(server: DemoServer, tmp_path: Path) -> None:
    secret = server.environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    listed = [{"id": ACCOUNT_ID, "alias": f"a {secret}", "labels": {f"k {secret}": f"v {secret}"}}]
    (tmp_path / "accounts.json").write_text(json.dumps(listed))
    selectors = ("--include", "id=*", "--include", f"alias=*{secret}*")
    done = run_here(
        "snapshot", "--accounts", "accounts.json", *selectors, "--run", secret, "--output", "a.ndjson", cwd=tmp_path
    )
    assert (done.status, secret in done.stderr) == (2, False), "no alias matches: it has no secret any more"
    done = run_here(
        "snapshot", "--accounts", "accounts.json", "--include", "id=*", "--run", secret, "-o", "a.ndjson", cwd=tmp_path
    )
    assert done.status in (0, 3)
    for name in ("a.ndjson", "a.ndjson.run.json"):
        text = (tmp_path / name).read_text()
        assert (secret in text, "a ***" in text, ACCOUNT_ID in text) == (False, True, True)


def test_shards_are_merged(server: DemoServer, tmp_path: Path) -> None:
    for number in (1, 2):
        assert _snapshot(tmp_path, "--shard", f"{number}/2", "--run", "7", name=f"{number}.ndjson").status in (0, 3)
    merged = run_here("merge", "1.ndjson", "2.ndjson", "--output", "all.ndjson", cwd=tmp_path)
    assert merged.status == 3
    assert "16 selected, 15 read, 1 not read" in merged.stderr
    assert len(_lines(tmp_path / "all.ndjson")) == 16
    one = run_here("merge", "1.ndjson", "--output", "one.ndjson", cwd=tmp_path)
    assert one.status == 2
    assert "is in no part" in one.stderr


def test_a_part_alone_does_not_pass(server: DemoServer, policy: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        _snapshot(tmp_path, "--shard", f"{number}/2", name=f"{number}.ndjson")

    def messages(*parts: str) -> dict[str, str]:
        options = [word for part in parts for word in ("--snapshot", part)]
        done = run_here("check", *options, "--policy", policy, "--format", "json", cwd=tmp_path)
        found = json.loads(done.stdout)["accounts"]
        assert len({each["account"] for each in found}) == len(found) == 16
        return {
            each["account"]: outcome["message"]
            for each in found
            for outcome in each["outcomes"]
            if outcome["rule"] == "root-mfa"
        }

    alone, whole = messages("1.ndjson"), messages("1.ndjson", "2.ndjson")
    reason = "in another part than 1/2 of the run; join all parts with acctgate merge"
    assert {name for name, message in alone.items() if reason in message} == set(_lines(tmp_path / "2.ndjson"))
    assert "another part" not in "".join(whole.values())


def test_parts_in_a_folder_make_one_history(server: DemoServer, policy: Path, tmp_path: Path) -> None:
    (history := tmp_path / "history").mkdir()
    for number in (1, 2):
        _snapshot(history, "--shard", f"{number}/2", name="")
    first, second = sorted(history.glob("*.ndjson"), key=lambda path: path.name.partition("-accounts-")[2])
    second.write_text(re.sub(r'"taken_at": "\d{4}-\d\d-\d\d', '"taken_at": "2026-01-02', second.read_text()))
    options = ("--snapshot", first, "--snapshot", second, "--history", history, "--policy", policy)
    since = json.loads(run_here("check", *options, "--format", "json").stdout)["since"]
    moved = [since[kind] for kind in ("newly_blocked", "newly_unknown", "repaired", "gone")]
    assert moved == [[]] * 4, "no part makes the accounts of the other one unknown"
    assert len(since["new"]) == 16, "no account has an earlier snapshot"


def test_the_reports_of_each_account_are_generated_once(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acctgate.sources.compliance.wait.FIRST_PAUSE", 0.001)
    (path := tmp_path / "policy.yaml").write_text(
        "version: 1\ngenerate: true\nrules: {compliance-report: {max_age_days: 7}}\n"
    )
    done = run_here("check", "--organization", "--policy", path, "--format", "json", cwd=tmp_path)
    found = [
        (each["account"], outcome["outcome"])
        for each in json.loads(done.stdout)["accounts"]
        for outcome in each["outcomes"]
        if outcome["rule"] == "compliance-report"
    ]
    lost = _unreadable(server)
    assert {outcome for account, outcome in found if account != lost} == {"pass"}
    assert server.calls["GenerateCompliancePackReport"] == 15


def test_force_instead_of_resume_starts_again_with_other_options(server: DemoServer, tmp_path: Path) -> None:
    _snapshot(tmp_path)
    options = ("--shard", "1/2")
    done = _snapshot(tmp_path, "--resume", "--force", *options)
    assert done.status == 2 and "or --force instead of --resume to start again" in done.stderr
    assert _snapshot(tmp_path, "--force", *options).status in (0, 3)


def test_an_accounts_file_adds_alias_role_and_labels(server: DemoServer, tmp_path: Path) -> None:
    organization = server.organization
    assert organization is not None
    name = next(each for each in organization.member_ids() if organization.member(each).readable)  # type: ignore[union-attr]
    (tmp_path / "accounts.yaml").write_text(f'- {{id: "{name}", alias: mine, role: special, labels: {{team: x}}}}\n')
    options = ("--accounts", "accounts.yaml", "--include", "label:team=x")
    assert _snapshot(tmp_path, *options).status == 0
    [document] = _lines(tmp_path / "a.ndjson").values()
    assert (document["alias"], document["member"]["labels"]) == ("mine", {"team": "x"})
    assert document["read_as"]["role_arn"] == f"acs:ram::{name}:role/special"
    alone = run_here("snapshot", "--accounts", "accounts.yaml", "--output", "b.ndjson", cwd=tmp_path)
    assert (alone.status, alone.stderr) == (0, "acctgate: 1 account listed, 1 read\n")
    (tmp_path / "accounts.yaml").write_text(f'- id: "{name}"\n  aliaz: x\n')
    done = _snapshot(tmp_path, "--accounts", "accounts.yaml", name="c.ndjson")
    assert done.status == 2
    assert done.stderr.startswith("acctgate: accounts.yaml:2: [0].aliaz: unknown key (did you mean alias?)")


def test_the_accounts_of_standard_input(server: DemoServer, tmp_path: Path) -> None:
    listed = f'- {{id: "{ACCOUNT_ID}"}}\n'.encode()
    command = ("snapshot", "--accounts", "-", "--output", "a.ndjson", "--resume")
    for _ in range(2):
        done = run_here(*command, cwd=tmp_path, stdin=listed)
        assert (done.status, done.stderr) == (0, "acctgate: 1 account listed, 1 read\n")
    done = run_here(*command, cwd=tmp_path, stdin=listed + b"# changed\n")
    assert done.status == 2 and "is of another run: accounts file was sha256:" in done.stderr
    done = run_here(*command, cwd=tmp_path, stdin=b"- 1\n")
    assert done.stderr.startswith("acctgate: standard input:1: [0]: should be")


def test_a_run_is_not_resumed_in_another_region(server: DemoServer, tmp_path: Path) -> None:
    assert _snapshot(tmp_path).status == 3
    done = _snapshot(tmp_path, "--resume", "--region", "ap-southeast-1")
    assert done.status == 2
    assert "is of another run: region was cn-shanghai, and is ap-southeast-1; use the same options" in done.stderr


def test_a_group_by_label_leaves_nothing_unknown_if_the_file_has_the_labels(
    server: DemoServer, tmp_path: Path, policy: Path
) -> None:
    policy.write_text(
        "version: 1\nrules: {session-duration: {max_hours: 8}}\n"
        "groups: {x: {match: {label: {team: x}}, rules: {session-duration: {max_hours: 1}}}}\n"
    )
    (tmp_path / "accounts.yaml").write_text(f'- {{id: "{ACCOUNT_ID}", labels: {{team: x}}}}\n')
    command = ("check", "--organization", "--include", "id=*3*", "--policy", policy, "--format", "json")
    known, unknown = (run_here(*command, *more, cwd=tmp_path) for more in (("--accounts", "accounts.yaml"), ()))
    assert "its label team is not known" in unknown.stdout
    assert "its label team is not known" not in known.stdout
    accounts = {each["account"]: each for each in json.loads(known.stdout)["accounts"]}
    assert {name for name, each in accounts.items() if each.get("groups")} == {ACCOUNT_ID}


@pytest.mark.parametrize("option", ["--include alias=web-*", "--exclude alias=prod-*"])
def test_an_account_of_unknown_alias_is_read_and_named(server: DemoServer, tmp_path: Path, option: str) -> None:
    names = list(server.organization.member_ids())[:3]  # type: ignore[union-attr]
    aliases = ("alias: web-1", "alias: prod-1", "labels: {}")
    lines = [f'- id: "{name}"\n  {alias}\n' for name, alias in zip(names, aliases, strict=True)]
    (tmp_path / "accounts.yaml").write_text("".join(lines))
    done = run_here("snapshot", "--accounts", "accounts.yaml", *option.split(), "-o", "a.ndjson", cwd=tmp_path)
    assert {*_lines(tmp_path / "a.ndjson")} == {names[0], names[2]}
    notice = f"account {names[2]} is read, since its alias is not known; --exclude id={names[2]} leaves it out"
    assert f"acctgate: {notice}\n" in done.stderr


@pytest.mark.parametrize(
    ("denied", "message"),
    [
        ("ListAccounts", "the organization cannot be listed: ListAccounts failed with NoPermission"),
        ("GetCallerIdentity", "the caller cannot be identified: GetCallerIdentity failed with NoPermission"),
    ],
)
def test_what_cannot_be_listed_is_an_error(server: DemoServer, tmp_path: Path, denied: str, message: str) -> None:
    server.denied.add(denied)
    for done in (_snapshot(tmp_path), run_here("check", "--organization", "--policy", "baseline")):
        assert done.status == 2
        assert message in done.stderr
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--include", "tag:env=nope"), "--include tag:env=nope matches no account of 16"),
        (("--include", "nope"), "--include nope: invalid selector; use id=ID, alias=PATTERN"),
        (("--shard", "3/2"), "--shard 3/2: invalid shard; use K/N"),
        (("--role-name", "a b"), "role name a b: invalid"),
        (("--account", "1"), "--account names one account; use --include id=ID"),
        (("--concurrency", "257"), "--concurrency"),
    ],
)
def test_wrong_use(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.setenv("ACCTGATE_ACCOUNTS", "")
    done = _snapshot(tmp_path, *arguments)
    assert done.status == 2
    assert message in done.stderr
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("snapshot", "--organization"), "need --output FILE"),
        (("snapshot", "--resume"), "--resume goes with --organization or --accounts"),
        (("snapshot", "--role-name", "x"), "--role-name goes with --organization or --accounts"),
        (("check", "--include", "id=1"), "--include goes with --organization or --accounts"),
        (("check", "--organization", "--snapshot", "x"), "leave out --response and --snapshot"),
    ],
)
def test_options_that_need_others(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = run_here(*arguments, cwd=tmp_path)
    assert done.status == 2
    assert message in done.stderr


def test_the_time_left_comes_before_what_a_narrow_terminal_cuts_off() -> None:
    said: list[str] = []
    entries = [Entry("1"), Entry("2")]
    found = [ReadAccount(each, Snapshot.from_document({"version": 1, "account_id": each.id})) for each in entries]
    prepared = SimpleNamespace(read=lambda _: iter(found), pace=SimpleNamespace(throttled=12_345))
    assert len(list(read_each(prepared, entries, SimpleNamespace(say=said.append)))) == 2  # type: ignore[arg-type]
    assert re.fullmatch(r"1 of 2, \d+ s left, [\d,.]+ per second, 12,345 calls throttled", said[0]), said[0]
